with periods as (
    {{ kpi_periods('callbacks_open_late', ref('int_callback'), 'made_on') }}
),

-- every period, also one without open call-backs
open_callbacks as (
    select
        periods.period_grain,
        periods.period_start,
        callbacks.callback_id,
        callbacks.team,
        case when callbacks.due_on <= periods.judged_on then 1 else 0 end as is_late
    from periods
    left join {{ ref('int_callback') }} as callbacks
        on
            callbacks.made_on <= periods.judged_on
            and coalesce(callbacks.handled_on, date '9999-12-31') > periods.judged_on
),

totals as (
    {{ kpi_cells(
        'open_callbacks',
        {
            'numerator': 'sum(is_late)',
            'denominator': 'count(callback_id)',
            'sample_size': 'count(callback_id)',
        },
        breakdowns=['team']
    ) }}
)

{{ kpi_percentages('callbacks_open_late', 'totals') }}
