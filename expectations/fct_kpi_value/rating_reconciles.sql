-- severity: critical
-- kpi: service_rating
-- description: Aansluiting waardering: het gemiddelde van elk jaar is de som van de cijfers op
--   de schaal van 10 gedeeld door hun aantal.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_service_rating naast de records van service_survey, herstel het model of de levering en
--   start opnieuw.
with used as (
    select
        cast(date_trunc('year', surveyed_on) as date) as period_start,
        count(*) as records,
        sum(grade) as grades
    from warehouse.staging.stg_service_survey__grades
    where
        scale_max = 10 and lower(product) <> 'triage_leefomgeving'
        and surveyed_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'service_survey' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        period_start,
        value,
        sample_size,
        denominator,
        is_suppressed
    from own
    where
        kpi_id = 'service_rating'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    used.records is null or shown.is_suppressed is null
    or (not shown.is_suppressed and (
        shown.sample_size <> used.records or shown.denominator <> used.records
        or abs(shown.value * used.records - used.grades) > 1e-9 * greatest(1, used.grades)
    ))
