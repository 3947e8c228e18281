with contacts as (
    select
        received_on,
        handled_on,
        norm_working_days
    from {{ ref('stg_customer_contact__team_contacts') }}
    where lower(team) = 'gebiedsontwikkeling'
),

due as (
    {{ with_due_date('contacts', 'received_on', 'norm_working_days') }}
),

records as (
    select
        due_on as event_date,
        case when handled_on <= due_on then 1 else 0 end as numerator,
        1 as denominator
    from due
)

{{ kpi_share('area_development_within_norm', 'records') }}
