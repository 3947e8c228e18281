-- severity: critical
-- kpi: website_text_clarity
-- description: Aansluiting begrijpelijkheid: alle ja- en nee-stemmen op de vraag
--   teksten_begrijpelijk tot en met de peildatum staan per jaar in het totaal, en geen andere.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_website_text_clarity naast de records van website_feedback, herstel het model of de
--   levering en start opnieuw.
with used as (
    select
        year(sent_on) as year,
        count(*) as records,
        count(*) filter (where answer = 'ja') as positive
    from warehouse.staging.stg_website_feedback__votes
    where
        question = 'teksten_begrijpelijk'
        and answer in ('ja', 'nee')
        and sent_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'website_feedback' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        year(period_start) as year,
        sample_size,
        numerator,
        denominator,
        is_suppressed
    from own
    where
        kpi_id = 'website_text_clarity' and period_grain = 'year' and dimension = 'total'
        and source_state = 'current'
)

select year from used full join shown using (year)
where
    used.records is null or shown.is_suppressed is null
    or (
        not shown.is_suppressed
        and (
            shown.sample_size <> used.records or shown.denominator <> used.records
            or shown.numerator <> used.positive
        )
    )
