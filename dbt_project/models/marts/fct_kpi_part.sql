with finest as (
    {{ finest_figures("figures.dimension not in ('total', 'measure')") }}
),

summed as (
    select
        *,
        {{ summed_numerator() }} as summed_numerator,
        {{ summed_denominator() }} as summed_denominator,
        {{ member_key('channel', 'dimension', 'dimension_value') }} as channel_key,
        {{ period_end('period_grain', 'period_start') }} as period_end
    from finest
)

select
    summed.kpi_id,
    summed.date_key,
    case
        when summed.dimension in ('team', 'department')
            then coalesce(names.organisation_key, 'onbekend')
        else 'geen'
    end as organisation_key,
    summed.channel_key,
    summed.dimension,
    summed.dimension_value,
    summed.aggregation,
    summed.summed_numerator as numerator,
    summed.summed_denominator as denominator,
    summed.value,
    summed.is_suppressed,
    summed.is_provisional,
    summed.source_state,
    summed.period_end
from summed
left join {{ ref('int_organisation_name') }} as names
    on {{ code('summed.dimension_value') }} = names.code
order by summed.kpi_id, summed.date_key, summed.dimension, summed.dimension_value
