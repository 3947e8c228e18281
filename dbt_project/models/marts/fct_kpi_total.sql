with finest as (
    {{ finest_figures("figures.dimension = 'total'") }}
)

select
    kpi_id,
    date_key,
    aggregation,
    {{ summed_numerator() }} as numerator,
    {{ summed_denominator() }} as denominator,
    value,
    is_suppressed,
    is_provisional,
    source_state,
    {{ period_end('period_grain', 'period_start') }} as period_end
from finest
order by kpi_id, date_key
