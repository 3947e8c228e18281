with stated as (
    select
        *,
        -- null where the document names no year
        cast(try_strptime(period, '%Y') as date) as period_start,
        cast(value as double) as stated_value,
        -- half of the last decimal that is written
        0.5 * power(10, -length(split_part(value, '.', 2))) as rounding
    from {{ ref('kpi_published_value') }}
)

select
    stated.kpi_id,
    stated.period,
    coalesce(stated.dimension_value, 'total') as dimension_value,
    stated.stated_value,
    stated.value_low as stated_low,
    stated.value_high as stated_high,
    computed.value as computed_value,
    computed.value between
    coalesce(stated.stated_value - stated.rounding, stated.value_low) - 1e-9
    and coalesce(stated.stated_value + stated.rounding, stated.value_high) + 1e-9
        as is_same,
    stated.document,
    stated.note
from stated
left join {{ ref('fct_kpi_value') }} as computed
    on
        stated.kpi_id = computed.kpi_id
        and stated.period_start = computed.period_start
        and computed.period_grain = 'year'
        and computed.dimension <> 'measure'
        and coalesce({{ code('stated.dimension_value') }}, 'total')
        = {{ code('computed.dimension_value') }}
order by stated.kpi_id, stated.period, 3
