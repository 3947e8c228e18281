select
    report_id,
    category,
    made_on,
    case when handled_on <= {{ as_of() }} then handled_on end as handled_on,
    case when told_on <= {{ as_of() }} then told_on end as told_on,
    open_cause,
    village
from {{ ref('stg_fixi__reports') }}
-- a part of another report does not count on its own
where main_report_id is null and made_on <= {{ as_of() }}
