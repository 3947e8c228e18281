-- severity: critical
-- description: De cijfers zijn gemaakt en beoordeeld met dezelfde versie van het programma.
-- on_failure: De query noemt de rijen van publication die niet kloppen: herstel het model
--   publication of de levering erachter en start opnieuw.
select release_id from own
where code_version is distinct from (select code_version from warehouse.staging.stg_run__context)
