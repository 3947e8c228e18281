-- severity: critical
-- kpi: unclear_text_reports
-- description: Elke maand waarin een melding is ontvangen, van welke soort ook, heeft een
--   aantal, ook als het 0 is.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_unclear_text_reports naast de
--   records van service_norm_reports, herstel het model of de levering en start opnieuw.
with delivered as (
    select distinct cast(date_trunc('month', received_on) as date) as period_start
    from warehouse.staging.stg_service_norm_reports__reports
    where
        received_on <= (
            select as_of from warehouse.staging.stg_run__context
        )
        and received_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and 'service_norm_reports' not in (
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
        kpi_id = 'unclear_text_reports'
        and period_grain = 'month'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from delivered left join shown using (period_start)
where shown.value is null
