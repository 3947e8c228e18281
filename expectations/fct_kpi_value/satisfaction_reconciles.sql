-- severity: critical
-- kpi: website_satisfaction
-- description: Aansluiting tevredenheid: alle reacties op een schaal van 2, 5 of 10 tot en met
--   de peildatum staan per jaar in het totaal, en geen andere.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_website_satisfaction naast de records van klant_in_focus, herstel het model of de levering
--   en start opnieuw.
with used as (
    select
        year(sent_on) as year,
        count(*) as records,
        count(
            *) filter (
            where (scale_max = 2 and score >= 2) or (scale_max = 5 and score >= 4)
            or (scale_max = 10 and score >= 7)
        ) as positive
    from warehouse.staging.stg_klant_in_focus__responses
    where
        scale_max in (
            2, 5, 10
        )
        and sent_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'klant_in_focus' not in (
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
        kpi_id = 'website_satisfaction' and period_grain = 'year' and dimension = 'total'
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
