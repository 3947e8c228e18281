with finest as (
    {{ finest_figures("figures.dimension not in ('total', 'measure')") }}
)

select
    kpi_id,
    date_key,
    {{ member_key(['team', 'department'], 'dimension', 'dimension_value') }} as organisation_key,
    {{ member_key(['channel'], 'dimension', 'dimension_value') }} as channel_key,
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
order by kpi_id, date_key, dimension, dimension_value
