with records as (
    select
        warn_by as event_date,
        permit_type,
        case when warned_on <= warn_by then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('int_permit') }}
)

{{ kpi_share('permit_expiry_notice', 'records', breakdowns=['permit_type']) }}
