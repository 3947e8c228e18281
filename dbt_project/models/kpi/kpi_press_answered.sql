with records as (
    select
        due_on as event_date,
        -- the earlier of the two; one that is missing plays no part
        case when least(process_answered_on, answered_on) <= due_on then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('int_press_question') }}
)

{{ kpi_share('press_answered', 'records') }}
