with calls as (
    select
        started_on as event_date,
        case when is_answered then 1 else 0 end as numerator,
        case when is_answered is not null then 1 end as denominator,
        case when is_answered is not null and not is_transferred then 1 end as direct,
        case when is_transferred then 1 end as transferred,
        case when is_transfer_successful then 1 else 0 end as transfer_successful
    from {{ ref('stg_customer_contact__contacts') }}
    where channel = 'telefoon'
)

{{ kpi_share(
    'phone_reached',
    'calls',
    measures=[
        {
            'dimension': 'transfer',
            'name': 'direct',
            'numerator': 'numerator',
            'denominator': 'direct',
        },
        {
            'dimension': 'transfer',
            'name': 'transferred',
            'numerator': 'transfer_successful',
            'denominator': 'transferred',
        },
    ]
) }}
