-- severity: critical
-- kpi: onboarding_training_coverage
-- description: Aansluiting training integraal werken: elk jaar telt precies wie in de doelgroep
--   valt en in dat jaar in dienst kwam, en wie daarvan de training heeft afgerond.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_onboarding_training_coverage naast de records van hr_training, herstel het model of de
--   levering en start opnieuw.
with used as (
    select
        cast(date_trunc('year', in_service_since) as date) as period_start,
        count(*) as records,
        count(*) filter (
            where completed_on <= (select as_of from warehouse.staging.stg_run__context)
        ) as met
    from warehouse.staging.stg_hr_training__staff_training
    where
        in_service_since <= (select as_of from warehouse.staging.stg_run__context)
        and training = 'integraal_werken'
        and is_in_scope
        and 'hr_training' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        period_start,
        sample_size,
        numerator,
        denominator,
        is_suppressed
    from own
    where
        kpi_id = 'onboarding_training_coverage'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    used.records is null or shown.is_suppressed is null
    or (not shown.is_suppressed and (
        shown.sample_size <> used.records or shown.denominator <> used.records
        or shown.numerator <> used.met
    ))
