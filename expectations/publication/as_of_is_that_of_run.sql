-- severity: critical
-- description: De peildatum is die van de run waarin de cijfers zijn gemaakt.
-- on_failure: De query noemt de rijen van publication die niet kloppen: herstel het model
--   publication of de levering erachter en start opnieuw.
select release_id from own
where as_of <> (select as_of from warehouse.staging.stg_run__context)
