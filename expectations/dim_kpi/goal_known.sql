-- severity: critical
-- description: Elk doel staat in dim_goal.
-- on_failure: De query noemt de rijen van dim_kpi die niet kloppen: herstel het model dim_kpi of
--   de levering erachter en start opnieuw.
select kpi_id from own where goal_id not in (select goal_id from dim_goal)
