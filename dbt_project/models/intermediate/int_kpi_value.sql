with computed as (
    {% for kpi_id in kpi_ids() %}
    select
        cast(kpi_id as varchar) as kpi_id,
        cast(period_grain as varchar) as period_grain,
        cast(period_start as date) as period_start,
        cast(dimension as varchar) as dimension,
        cast(dimension_value as varchar) as dimension_value,
        cast(value as double) as value,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        cast(sample_size as bigint) as sample_size,
        cast(ci_low as double) as ci_low,
        cast(ci_high as double) as ci_high,
        cast(is_provisional as boolean) as is_provisional
    from {{ ref('kpi_' ~ kpi_id) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    concat_ws(
        '|',
        computed.kpi_id, computed.period_grain, computed.period_start,
        computed.dimension, computed.dimension_value
    ) as cell,
    computed.*,
    register.definition_version,
    register.is_about_people,
    register.is_about_people
    and computed.sample_size between 1 and {{ var('minimum_group') }} - 1 as is_small
from computed
inner join {{ ref('kpi_register') }} as register on computed.kpi_id = register.kpi_id
left join {{ ref('stg_run__source') }} as sources on register.source_system = sources.source
-- of a stopped source the figures of the release before stand (fct_kpi_value adds them)
where coalesce(sources.state, 'current') <> 'stopped'
order by cell
