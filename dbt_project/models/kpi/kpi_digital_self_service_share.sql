with records as (
    select
        received_on as event_date,
        product,
        case when channel = 'digitaal' then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('stg_case_system__cases') }}
    where case_type = 'aanvraag' and is_digital_possible
)

{{ kpi_share('digital_self_service_share', 'records', breakdowns=['product']) }}
