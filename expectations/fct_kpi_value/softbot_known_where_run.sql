-- severity: critical
-- kpi: softbot_cases
-- description: Elke maand met een uitvoering heeft een aantal.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_softbot_cases naast de records van
--   softbot_log, herstel het model of de levering en start opnieuw.
with delivered as (
    select distinct cast(date_trunc('month', started_on) as date) as period_start
    from warehouse.staging.stg_softbot_log__runs
    where
        started_on <= (
            select as_of from warehouse.staging.stg_run__context
        )
        and started_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and 'softbot_log' not in (
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
        kpi_id = 'softbot_cases'
        and period_grain = 'month'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from delivered left join shown using (period_start)
where shown.value is null
