with finest as (
    select
        figures.*,
        first_day.date_key,
        {{ kpi_aggregation('register') }} as aggregation
    from {{ ref('fct_kpi_value') }} as figures
    inner join {{ ref('kpi_register') }} as register
        on figures.kpi_id = register.kpi_id and figures.period_grain = register.period_grain
    -- a wrong date far from now stays in fct_kpi_value; the calendar ends before it
    inner join {{ ref('dim_date') }} as first_day on figures.period_start = first_day.date
    where figures.dimension = 'total'
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
    source_state
from finest
order by kpi_id, date_key
