with records as (
    select
        due_on as event_date,
        case when reacted_on <= due_on then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('int_case_reaction') }}
    where case_type = 'triage'
)

{{ kpi_share('triage_first_response', 'records') }}
