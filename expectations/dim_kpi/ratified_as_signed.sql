-- severity: critical
-- description: Bekrachtigd is een KPI alleen als haar eigenaar dat tekende, met dezelfde dag en
--   rol.
-- on_failure: De query noemt de rijen van dim_kpi die niet kloppen: herstel het model dim_kpi of
--   de levering erachter en start opnieuw.
select own.kpi_id from own
left join warehouse.staging.stg_run__ratification as signed on own.kpi_id = signed.kpi_id
where
    own.ratified_on is distinct from signed.ratified_on
    or own.ratified_by is distinct from signed.ratified_by
