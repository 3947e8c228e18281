with records as (
    select
        surveyed_on as event_date,
        product,
        grade
    from {{ ref('stg_service_survey__grades') }}
    where scale_max = 10 and {{ code('product') }} <> 'triage_leefomgeving'
)

{{ kpi_mean('service_rating', 'records', breakdowns=['product']) }}
