-- severity: critical
-- description: Elke KPI komt uit een bron waarvoor een leveringsafspraak (source.yml) bestaat.
-- on_failure: De query noemt de rijen van dim_kpi die niet kloppen: herstel het model dim_kpi of
--   de levering erachter en start opnieuw.
select own.kpi_id from own
where
    own.source_system is null
    or own.source_system not in (select source from warehouse.staging.stg_run__source)
