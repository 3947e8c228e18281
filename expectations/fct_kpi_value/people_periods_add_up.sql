-- severity: critical
-- description: In cijfers over mensen is een deel van een kwartaal of jaar precies de som van
--   zijn maanden of kwartalen; waar die niet alle zijn uitgesplitst, is het ten minste die som.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
with finer as (
    select
        own.*,
        case own.period_grain when 'month' then 'quarter' else 'year' end as whole_grain,
        cast(
            date_trunc(
                case own.period_grain when 'month' then 'quarter' else 'year' end, own.period_start
            )
            as date
        ) as whole_start
    from own
    inner join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
    where
        own.source_state = 'current' and register.is_about_people and register.is_additive_over_time
        and own.dimension <> 'measure' and own.period_grain <> 'year'
),

parts as (
    select
        kpi_id,
        whole_grain,
        whole_start,
        dimension,
        dimension_value,
        bool_or(is_suppressed) as is_hidden,
        sum(sample_size) as sample_size,
        sum(numerator) as numerator
    from finer
    where dimension <> 'total'
    group by all
),

periods as (
    select
        kpi_id,
        whole_grain,
        whole_start,
        dimension,
        count(distinct period_start) as known
    from finer
    group by all
)

select parts.kpi_id from parts
inner join own as whole
    on
        parts.kpi_id = whole.kpi_id and parts.whole_grain = whole.period_grain
        and parts.whole_start = whole.period_start and parts.dimension = whole.dimension
        and parts.dimension_value = whole.dimension_value
inner join periods as broken_down
    on
        parts.kpi_id = broken_down.kpi_id and parts.whole_grain = broken_down.whole_grain
        and parts.whole_start = broken_down.whole_start and parts.dimension = broken_down.dimension
inner join periods as there
    on
        parts.kpi_id = there.kpi_id and parts.whole_grain = there.whole_grain
        and parts.whole_start = there.whole_start and there.dimension = 'total'
where
    not whole.is_suppressed
    and (
        parts.sample_size > whole.sample_size or parts.numerator > whole.numerator + 0.005
        or (
            not parts.is_hidden and broken_down.known = there.known
            and (
                parts.sample_size <> whole.sample_size or parts.numerator < whole.numerator - 0.005
            )
        )
    )
