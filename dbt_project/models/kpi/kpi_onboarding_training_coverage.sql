with records as (
    select
        in_service_since as event_date,
        team,
        case when completed_on <= {{ as_of() }} then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('stg_hr_training__staff_training') }}
    where training = 'integraal_werken' and is_in_scope
)

{{ kpi_share('onboarding_training_coverage', 'records', breakdowns=['team']) }}
