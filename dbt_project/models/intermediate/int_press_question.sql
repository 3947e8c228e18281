with questions as (
    select
        question_id,
        received_on,
        {{ norm('press_question') }} as term_working_days,
        case when process_answered_on <= {{ as_of() }} then process_answered_on end
            as process_answered_on,
        case when answered_on <= {{ as_of() }} then answered_on end as answered_on
    from {{ ref('stg_press_mailbox__questions') }}
    where received_on <= {{ as_of() }}
)

{{ with_due_date('questions', 'received_on', 'term_working_days') }}
