-- severity: critical
-- description: Een kwartaal is precies de som van zijn maanden en een jaar die van zijn
--   kwartalen, waar dat volgens de definitie zo hoort.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
with parts as (
    select
        own.kpi_id,
        own.dimension,
        own.dimension_value,
        case own.period_grain when 'month' then 'quarter' else 'year' end as whole_grain,
        cast(
            date_trunc(
                case own.period_grain when 'month' then 'quarter' else 'year' end, own.period_start
            )
            as date
        ) as whole_start,
        bool_or(own.is_suppressed) as is_hidden,
        sum(own.sample_size) as sample_size,
        sum(own.numerator) as numerator,
        sum(own.denominator) as denominator
    from own
    inner join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
    where
        own.source_state = 'current'
        and register.is_additive_over_time
        and own.dimension <> 'measure'
        and own.period_grain <> 'year'
        and not (register.is_about_people and own.dimension <> 'total')
    group by all
)

select parts.kpi_id from parts
left join own as whole
    on
        parts.kpi_id = whole.kpi_id and parts.whole_grain = whole.period_grain
        and parts.whole_start = whole.period_start and parts.dimension = whole.dimension
        and parts.dimension_value = whole.dimension_value
where
    whole.kpi_id is null
    or (
        not parts.is_hidden and not whole.is_suppressed
        and (
            parts.sample_size <> whole.sample_size
            or abs(parts.numerator - whole.numerator) > 0.005
            or abs(parts.denominator - whole.denominator) > 0.005
        )
    )
