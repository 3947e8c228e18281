with records as (
    select
        due_on as event_date,
        team,
        case when handled_on <= due_on then 0 else 1 end as numerator,
        1 as denominator
    from {{ ref('int_callback') }}
)

{{ kpi_share('callbacks_late', 'records', breakdowns=['team']) }}
