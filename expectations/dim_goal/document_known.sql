-- severity: critical
-- description: Elk document staat in dim_document.
-- on_failure: De query noemt de rijen van dim_goal die niet kloppen: herstel het model dim_goal
--   of de levering erachter en start opnieuw.
select goal_id from own where document_id not in (select document_id from dim_document)
