with latest as (
    {{ latest_version('programme_register', 'milestones', [code('mijlpaal_id')]) }}
)

select
    {{ code('mijlpaal_id') }} as milestone_id,
    {{ code('status') }} as status,
    gereed_op as done_on,
    toelichting_length as remark_length
from latest
