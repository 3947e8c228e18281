with shown as (
    select
        cell,
        is_suppressed
    from {{ ref('int_kpi_shown') }}
    union all
    select
        cell,
        false as is_suppressed
    from {{ ref('int_kpi_value') }}
    where not is_about_people
),

computed as (
    select
        figures.kpi_id,
        figures.period_grain,
        figures.period_start,
        figures.dimension,
        figures.dimension_value,
        case when not shown.is_suppressed then figures.value end as value,
        case when not shown.is_suppressed then figures.numerator end as numerator,
        case when not shown.is_suppressed then figures.denominator end as denominator,
        case when not shown.is_suppressed then figures.sample_size end as sample_size,
        case when not shown.is_suppressed then figures.ci_low end as ci_low,
        case when not shown.is_suppressed then figures.ci_high end as ci_high,
        shown.is_suppressed,
        figures.is_provisional,
        {{ as_of() }} as as_of,
        'current' as source_state,
        figures.definition_version
    from {{ ref('int_kpi_value') }} as figures
    inner join shown on figures.cell = shown.cell
    -- what is judged is no figure of a period: int_kpi_judged reads it
    where figures.period_grain <> 'year_so_far'
),

stale as (
    -- a stopped source: what the release before said, with its own day and definition
    select
        previous.kpi_id,
        previous.period_grain,
        previous.period_start,
        previous.dimension,
        previous.dimension_value,
        previous.value,
        previous.numerator,
        previous.denominator,
        previous.sample_size,
        previous.ci_low,
        previous.ci_high,
        previous.is_suppressed,
        previous.is_provisional,
        previous.as_of,
        'stale' as source_state,
        previous.definition_version
    from {{ ref('stg_previous_release__fct_kpi_value') }} as previous
    inner join {{ ref('kpi_register') }} as register on previous.kpi_id = register.kpi_id
    inner join {{ ref('stg_run__source') }} as sources on register.source_system = sources.source
    where
        sources.state = 'stopped'
        -- as in int_kpi_cell, should the release before not know that rule
        and not (
            register.is_about_people
            and previous.is_provisional
            and previous.dimension not in ('total', 'measure')
        )
),

figures as (
    select * from computed
    union all
    select * from stale
)

select
    kpi_id,
    period_grain,
    period_start,
    dimension,
    dimension_value,
    value,
    numerator,
    denominator,
    sample_size,
    ci_low,
    ci_high,
    is_suppressed,
    is_provisional,
    as_of,
    source_state,
    definition_version
from figures
order by kpi_id, period_grain, period_start, dimension, dimension_value
