select
    goal_id,
    programme,
    goal_number,
    text_nl,
    document_id
from {{ ref('goal_register') }}
order by document_id, try_cast(goal_number as integer), goal_id
