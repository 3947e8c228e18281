-- severity: critical
-- description: De KPI van een mijlpaal bestaat.
-- on_failure: De query noemt de rijen van milestone die niet kloppen: herstel het model
--   milestone of de levering erachter en start opnieuw.
select milestone_id from own where kpi_id not in (select kpi_id from dim_kpi)
