-- severity: critical
-- description: Alleen cijfers van een gestopte bron komen uit de vorige release, en van een
--   gestopte bron alle cijfers.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where
    (own.source_state = 'stale') <> (dim_kpi.source_system in (
        select source from warehouse.staging.stg_run__source
        where state = 'stopped'
    ))
