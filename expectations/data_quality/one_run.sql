-- severity: critical
-- description: Alle regels zijn in dezelfde run beoordeeld.
-- on_failure: De query noemt de rijen van data_quality die niet kloppen: herstel het model
--   data_quality of de levering erachter en start opnieuw.
select count(distinct run_id) as runs from own
having count(distinct run_id) <> 1
