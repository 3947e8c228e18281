-- severity: critical
-- kpi: unlawful_files
-- description: Elk jaar waarin dossiers zijn getoetst heeft een aantal, ook als het 0 is.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_unlawful_files naast de records van
--   procurement, herstel het model of de levering en start opnieuw.
with delivered as (
    select distinct cast(date_trunc('year', tested_on) as date) as period_start
    from warehouse.staging.stg_procurement__files
    where
        tested_on <= (
            select as_of from warehouse.staging.stg_run__context
        )
        and tested_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and 'procurement' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
),

shown as (
    select
        period_start,
        value
    from own
    where
        kpi_id = 'unlawful_files'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from delivered left join shown using (period_start)
where shown.value is null
