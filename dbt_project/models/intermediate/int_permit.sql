with permits as (
    select
        case_id,
        team,
        product as permit_type,
        received_on,
        permit_ends_on as ends_on,
        -- of a month that is too short for the day its last day
        cast(permit_ends_on - to_months({{ norm('permit_notice') }}) as date) as warn_by,
        case when holder_warned_on <= {{ as_of() }} then holder_warned_on end as warned_on
    from {{ ref('stg_case_system__cases') }}
    where
        case_type = 'vergunning' and permit_ends_on is not null and received_on <= {{ as_of() }}
)

select *
from permits
-- a permit for less than three months cannot be warned about in time
where warn_by >= received_on
