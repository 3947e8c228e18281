with published as (
    select
        *,
        -- null where the document names no year
        cast(try_strptime(period, '%Y') as date) as period_start,
        cast(value as double) as published_value,
        -- half of the last decimal that is written
        0.5 * power(10, -length(split_part(value, '.', 2))) as rounding
    from {{ ref('kpi_published_value') }}
)

select
    published.kpi_id,
    published.period,
    coalesce(published.dimension_value, 'total') as dimension_value,
    published.published_value,
    published.value_low as published_low,
    published.value_high as published_high,
    computed.value as computed_value,
    computed.value between
    coalesce(published.published_value - published.rounding, published.value_low) - 1e-9
    and coalesce(published.published_value + published.rounding, published.value_high) + 1e-9
        as is_same,
    published.document,
    published.note
from published
left join {{ ref('fct_kpi_value') }} as computed
    on
        published.kpi_id = computed.kpi_id
        and published.period_start = computed.period_start
        and computed.period_grain = 'year'
        and computed.dimension <> 'measure'
        and coalesce({{ code('published.dimension_value') }}, 'total')
        = {{ code('computed.dimension_value') }}
order by published.kpi_id, published.period, 3
