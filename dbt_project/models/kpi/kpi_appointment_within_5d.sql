with appointments as (
    select
        product,
        {{ norm('appointment') }} as term_working_days,
        appointment_on,
        -- who asks for a later day is not waiting yet
        greatest(requested_on, wanted_from) as starts_on
    from {{ ref('stg_civil_affairs__appointments') }}
    where not is_urgent
),

due as (
    {{ with_due_date('appointments', 'starts_on', 'term_working_days') }}
),

records as (
    select
        starts_on as event_date,
        due_on,
        product,
        case when appointment_on <= due_on then 1 else 0 end as numerator,
        1 as denominator
    from due
),

totals as (
    {{ kpi_totals('appointment_within_5d', 'records', breakdowns=['product']) }}
),

figures as (
    {{ kpi_percentages('appointment_within_5d', 'totals') }}
),

-- a month that is over can still hold terms that run
running as (
    select min(event_date) as first_start
    from records
    where event_date <= {{ as_of() }} and due_on > {{ as_of() }}
)

select
    figures.kpi_id,
    figures.period_grain,
    figures.period_start,
    figures.dimension,
    figures.dimension_value,
    figures.value,
    figures.numerator,
    figures.denominator,
    figures.sample_size,
    figures.ci_low,
    figures.ci_high,
    figures.is_provisional
    or coalesce(
        {{ period_end('figures.period_grain', 'figures.period_start') }} >= running.first_start,
        false
    ) as is_provisional
from figures
cross join running
