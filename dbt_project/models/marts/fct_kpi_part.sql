with finest as (
    {{ finest_figures("figures.dimension not in ('total', 'measure')") }}
)

select
    finest.kpi_id,
    finest.date_key,
    case
        when finest.dimension in ('team', 'department')
            then coalesce(names.organisation_key, 'onbekend')
        else 'geen'
    end as organisation_key,
    {{ member_key('channel', 'dimension', 'dimension_value') }} as channel_key,
    dimension,
    dimension_value,
    aggregation,
    {{ summed_numerator() }} as numerator,
    {{ summed_denominator() }} as denominator,
    value,
    is_suppressed,
    is_provisional,
    source_state,
    {{ period_end('period_grain', 'period_start') }} as period_end
from finest
left join {{ ref('int_organisation_name') }} as names
    on {{ code('finest.dimension_value') }} = names.code
order by kpi_id, date_key, dimension, dimension_value
