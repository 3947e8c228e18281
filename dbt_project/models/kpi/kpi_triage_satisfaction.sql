with records as (
    select
        surveyed_on as event_date,
        grade
    from {{ ref('stg_service_survey__grades') }}
    where scale_max = 5 and {{ code('product') }} = 'triage_leefomgeving'
)

{{ kpi_mean('triage_satisfaction', 'records') }}
