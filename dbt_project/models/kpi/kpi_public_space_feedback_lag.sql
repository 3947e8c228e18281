with told as (
    {{ with_lag(ref('int_report'), 'handled_on', 'told_on') }}
),

records as (
    select
        told_on as event_date,
        category,
        working_days
    from told
    where working_days is not null and {{ in_calendar('told_on') }}
),

placed as (
    {{ kpi_records('public_space_feedback_lag', 'records') }}
),

medians as (
    {{ kpi_cells(
        'placed',
        {
            'value': 'median(working_days)',
            'numerator': 'cast(null as bigint)',
            'denominator': 'count(*)',
        },
        breakdowns=['category']
    ) }}
),

year_so_far as (
    {{ kpi_year_so_far('public_space_feedback_lag', 'placed') }}
),

median_of_year_so_far as (
    {{ kpi_cells(
        'year_so_far',
        {
            'value': 'median(working_days)',
            'numerator': 'cast(null as bigint)',
            'denominator': 'count(*)',
        }
    ) }}
),

periods as (
    {{ kpi_periods('public_space_feedback_lag', ref('int_report'), 'made_on') }}
),

open_reports as (
    select
        periods.period_grain,
        periods.period_start,
        'measure' as dimension,
        'open_over_30_days' as dimension_value,
        count(*) filter (
            where reports.made_on + {{ norm('public_space_report') }} < periods.judged_on
        ) as numerator,
        count(*) as denominator
    from periods
    inner join {{ ref('int_report') }} as reports
        on
            reports.made_on <= periods.judged_on
            and coalesce(reports.handled_on, date '9999-12-31') > periods.judged_on
    group by all
),

figures as (
    select * from medians
    union all by name
    select * from median_of_year_so_far
    union all by name
    select
        *,
        100 * numerator / denominator as value
    from open_reports
    union all by name
    -- open reports stand beside a total, if only an empty one
    select
        open_reports.period_grain,
        open_reports.period_start,
        'total' as dimension,
        'total' as dimension_value,
        0 as denominator
    from open_reports
    anti join medians
        on
            open_reports.period_grain = medians.period_grain
            and open_reports.period_start = medians.period_start
)

select
    'public_space_feedback_lag' as kpi_id,
    *,
    denominator as sample_size,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    {{ period_end('period_grain', 'period_start') }} > {{ as_of() }} as is_provisional
from figures
order by 2, 3, 4, 5
