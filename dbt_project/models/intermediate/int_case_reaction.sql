with cases as (
    select
        cases.case_id,
        cases.case_type,
        norms.value as term_working_days,
        case
            when cases.case_type = 'toezichtmelding' then cases.assigned_on
            else cases.received_on
        end as starts_on,
        case when cases.reacted_on <= {{ as_of() }} then cases.reacted_on end as reacted_on
    from {{ ref('stg_case_system__cases') }} as cases
    inner join {{ ref('norm') }} as norms on cases.case_type = norms.code
    where
        cases.case_type in ('triage', 'sportvraag', 'toezichtmelding')
        and cases.received_on <= {{ as_of() }}
),

due as (
    {{ with_due_date('cases', 'starts_on', 'term_working_days') }}
)

{{ with_lag('due', 'starts_on', 'reacted_on') }}
