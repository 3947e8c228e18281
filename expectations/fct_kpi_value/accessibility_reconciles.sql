-- severity: critical
-- kpi: website_accessibility
-- description: Aansluiting toegankelijkheid: alle getoetste pagina's tot en met de peildatum
--   staan per jaar in de noemer en die zonder fouten in de teller.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_website_accessibility naast de records van accessibility_audit, herstel het model of de
--   levering en start opnieuw.
with used as (
    select
        cast(date_trunc('year', audited_on) as date) as period_start,
        count(*) as records,
        count(*) filter (where failures_a = 0 and failures_aa = 0) as met
    from warehouse.staging.stg_accessibility_audit__pages
    where
        audited_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'accessibility_audit' not in (
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
        kpi_id = 'website_accessibility'
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
