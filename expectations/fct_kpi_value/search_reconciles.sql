-- severity: critical
-- kpi: search_success
-- description: Aansluiting zoeken: alle zoekopdrachten tot en met de peildatum staan per jaar in
--   de noemer en die met een geopend resultaat in de teller.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_search_success naast de records van search_log, herstel het model of de levering en start
--   opnieuw.
with used as (
    select
        cast(date_trunc('year', searched_on) as date) as period_start,
        count(*) as records,
        count(*) filter (where is_opened) as met
    from warehouse.staging.stg_search_log__searches
    where
        searched_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'search_log' not in (
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
        kpi_id = 'search_success'
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
