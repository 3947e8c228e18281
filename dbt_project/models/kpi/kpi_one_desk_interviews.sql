with readings as (
    select
        counted_on,
        counter,
        reading
    from {{ ref('stg_programme_register__counters') }}
    where
        counter in ('one_desk_interviews_teams', 'one_desk_teams_total')
        and counted_on <= {{ as_of() }}
),

periods as (
    {{ kpi_periods('one_desk_interviews', 'readings', 'counted_on') }}
),

totals as (
    select
        periods.period_grain,
        periods.period_start,
        'total' as dimension,
        'total' as dimension_value,
        arg_max(readings.reading, readings.counted_on)
        filter (where readings.counter = 'one_desk_interviews_teams') as numerator,
        arg_max(readings.reading, readings.counted_on)
        filter (where readings.counter = 'one_desk_teams_total') as denominator,
        count(distinct readings.counter) as sample_size
    from periods
    inner join readings on periods.judged_on >= readings.counted_on
    group by periods.period_grain, periods.period_start
    having count(distinct readings.counter) = 2
)

{{ kpi_percentages('one_desk_interviews', 'totals') }}
