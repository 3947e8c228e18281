-- severity: critical
-- description: Elke regel draagt het nummer van deze release, zodat te zien is wanneer iemand
--   twee releases door elkaar leest.
-- on_failure: De query noemt de rijen van dim_organisation die niet kloppen: herstel het model
--   dim_organisation of de levering erachter en start opnieuw.
select release_id from own
where release_id is distinct from (select release_id from warehouse.staging.stg_run__context)
