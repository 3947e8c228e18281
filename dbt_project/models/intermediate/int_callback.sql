with callbacks as (
    select
        callback_id,
        team,
        made_on,
        {{ norm('callback') }} as term_working_days,
        case when handled_on <= {{ as_of() }} then handled_on end as handled_on
    from {{ ref('stg_customer_contact__callbacks') }}
    where made_on <= {{ as_of() }}
)

{{ with_due_date('callbacks', 'made_on', 'term_working_days') }}
