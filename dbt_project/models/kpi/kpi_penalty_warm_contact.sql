with records as (
    select
        received_on as event_date,
        case when explained_on <= {{ as_of() }} then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('stg_case_system__cases') }}
    where case_type = 'last_onder_dwangsom' and amount_eur > {{ norm('warm_contact_above') }}
)

{{ kpi_share('penalty_warm_contact', 'records') }}
