with runs as (
    select
        started_on as event_date,
        process,
        cases_handled as quantity,
        cases_handled * manual_minutes_per_case as manual_minutes,
        cases_failed as numerator,
        cases_offered as denominator
    from {{ ref('stg_softbot_log__runs') }}
    where {{ in_calendar('started_on') }}
),

handled as (
    {{ kpi_sums('softbot_cases', 'runs', 'runs', breakdowns=['process']) }}
),

timed as (
    {{ kpi_records('softbot_cases', '(select * from runs where manual_minutes is not null)') }}
),

saved as (
    {{ kpi_cells(
        'timed',
        {'quantity': 'cast(sum(manual_minutes) as double) / 60', 'sample_size': 'count(*)'}
    ) }}
),

failed as (
    {{ kpi_totals('softbot_cases', 'runs') }}
),

quantities as (
    select * from handled
    union all
    select * replace ('measure' as dimension, 'hours_saved' as dimension_value) from saved
),

shares as (
    select * replace ('measure' as dimension, 'failed_share' as dimension_value) from failed
),

counted as (
    {{ kpi_quantities('softbot_cases', 'quantities') }}
),

shared as (
    {{ kpi_percentages('softbot_cases', 'shares') }}
)

select * from counted
union all
select * from shared
