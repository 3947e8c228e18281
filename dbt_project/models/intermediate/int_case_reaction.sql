with terms as (
    select
        promised.case_type,
        promised.term_working_days
    from (values ('triage', 2), ('sportvraag', 5), ('toezichtmelding', 5))
        as promised (case_type, term_working_days)
),

cases as (
    select
        cases.case_id,
        cases.case_type,
        terms.term_working_days,
        case
            when cases.case_type = 'toezichtmelding' then cases.assigned_on
            else cases.received_on
        end as starts_on,
        case when cases.reacted_on <= {{ as_of() }} then cases.reacted_on end as reacted_on
    from {{ ref('stg_case_system__cases') }} as cases
    inner join terms on cases.case_type = terms.case_type
    where cases.received_on <= {{ as_of() }}
),

due as (
    {{ with_due_date('cases', 'starts_on', 'term_working_days') }}
)

{{ with_lag('due', 'starts_on', 'reacted_on') }}
