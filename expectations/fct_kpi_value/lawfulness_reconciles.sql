-- severity: critical
-- kpi: procurement_lawfulness
-- description: Aansluiting rechtmatigheid: alle getoetste dossiers tot en met de peildatum staan
--   per jaar in de noemer en de rechtmatige in de teller.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_procurement_lawfulness naast de records van procurement, herstel het model of de levering
--   en start opnieuw.
with used as (
    select
        cast(date_trunc('year', tested_on) as date) as period_start,
        count(*) as records,
        count(*) filter (where judgement = 'rechtmatig') as met
    from warehouse.staging.stg_procurement__files
    where
        tested_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'procurement' not in (
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
        kpi_id = 'procurement_lawfulness'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    used.records is null or shown.is_suppressed is null
    or ((
        shown.sample_size <> used.records or shown.denominator <> used.records
        or shown.numerator <> used.met
    ))
