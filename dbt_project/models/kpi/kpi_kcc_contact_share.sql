with records as (
    select
        started_on as event_date,
        channel,
        case when is_handled_by_kcc then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('stg_customer_contact__contacts') }}
)

{{ kpi_share('kcc_contact_share', 'records', breakdowns=['channel']) }}
