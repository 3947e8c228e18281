-- severity: critical
-- description: In cijfers over mensen heeft elk record in elke uitsplitsing een deel: de delen
--   zijn samen precies het totaal, in records, teller en noemer. Andere KPI's zeggen het in hun
--   eigen regels.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
with parts as (
    select
        kpi_id,
        period_grain,
        period_start,
        dimension,
        bool_or(is_suppressed) as is_hidden,
        sum(sample_size) as sample_size,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from own
    where
        dimension not in ('total', 'measure')
        and kpi_id in (
            select kpi_id from warehouse.register.kpi_register
            where is_about_people
        )
    group by all
)

select parts.kpi_id from parts
inner join own as total
    on
        parts.kpi_id = total.kpi_id and parts.period_grain = total.period_grain
        and parts.period_start = total.period_start and total.dimension = 'total'
where
    total.source_state = 'current' and not parts.is_hidden and not total.is_suppressed
    and (
        parts.sample_size <> total.sample_size
        or abs(parts.numerator - total.numerator) > 0.005
        or abs(parts.denominator - total.denominator) > 0.005
    )
