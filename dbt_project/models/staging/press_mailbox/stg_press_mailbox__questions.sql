with latest as (
    {{ latest_version('press_mailbox', 'questions', ['vraag_id']) }}
),

renamed as (
    select
        vraag_id as question_id,
        {{ local_time('ontvangen_op') }} as received_at,
        {{ local_time('procesantwoord_op') }} as process_answered_at,
        {{ local_time('beantwoord_op') }} as answered_at
    from latest
)

select
    question_id,
    received_at,
    cast(received_at as date) as received_on,
    process_answered_at,
    cast(process_answered_at as date) as process_answered_on,
    answered_at,
    cast(answered_at as date) as answered_on
from renamed
