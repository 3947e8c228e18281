-- severity: critical
-- kpi: business_climate_rating
-- description: Aansluiting ondernemersklimaat: het cijfer van elk jaar is het geleverde cijfer,
--   onveranderd.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_business_climate_rating naast de records van external_survey, herstel het model of de
--   levering en start opnieuw.
with used as (
    select
        try(make_date(year, 1, 1)) as period_start,
        grade
    from warehouse.staging.stg_external_survey__scores
    where
        try(make_date(year, 1, 1)) is not null and survey = 'ondernemersklimaat'
        and year <= year((select as_of from warehouse.staging.stg_run__context))
        and 'external_survey' not in (
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
        kpi_id = 'business_climate_rating'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where abs(coalesce(shown.value, -1) - coalesce(used.grade, -2)) > 1e-9
