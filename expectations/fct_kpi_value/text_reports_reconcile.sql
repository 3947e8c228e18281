-- severity: critical
-- kpi: unclear_text_reports
-- description: Aansluiting meldingen over onbegrijpelijke teksten: elk jaar telt precies de
--   meldingen van die soort tot en met de peildatum.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_unclear_text_reports naast de records van service_norm_reports, herstel het model of de
--   levering en start opnieuw.
with used as (
    select
        cast(date_trunc('year', received_on) as date) as period_start,
        count(*) as quantity
    from warehouse.staging.stg_service_norm_reports__reports
    where
        received_on <= (select as_of from warehouse.staging.stg_run__context)
        and received_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and kind = 'onbegrijpelijke_tekst'
        and 'service_norm_reports' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        period_start,
        value
    from own
    where
        kpi_id = 'unclear_text_reports'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where coalesce(shown.value, -1) <> coalesce(used.quantity, 0)
