-- severity: critical
-- kpi: service_award_nominations
-- description: Aansluiting nominaties: het aantal van elk jaar is de laatste stand van de teller
--   in dat jaar, tot en met de peildatum.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_service_award_nominations naast de records van programme_register, herstel het model of de
--   levering en start opnieuw.
with used as (
    select
        cast(date_trunc('year', counted_on) as date) as period_start,
        reading
    from warehouse.staging.stg_programme_register__counters
    where
        counter = 'service_award_nominations'
        and counted_on <= (select as_of from warehouse.staging.stg_run__context)
        and counted_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and 'programme_register' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    qualify row_number() over (partition by year(counted_on) order by counted_on desc) = 1
),

shown as (
    select
        period_start,
        value
    from own
    where
        kpi_id = 'service_award_nominations'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where coalesce(shown.value, -1) <> coalesce(used.reading, -2)
