with surveyed as (
    select
        cast(try(make_date(year, 1, 1)) as date) as period_start,
        grade,
        national_average
    from {{ ref('stg_external_survey__scores') }}
    where survey = 'ondernemersklimaat'
),

cells as (
    select
        'year' as period_grain,
        period_start,
        'total' as dimension,
        'total' as dimension_value,
        grade as quantity,
        1 as sample_size
    from surveyed
    where period_start <= {{ as_of() }}
    union all
    select
        'year' as period_grain,
        period_start,
        'measure' as dimension,
        'national_average' as dimension_value,
        national_average as quantity,
        1 as sample_size
    from surveyed
    where period_start <= {{ as_of() }} and national_average is not null
)

{{ kpi_quantities('business_climate_rating', 'cells') }}
