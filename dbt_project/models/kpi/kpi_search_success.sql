with records as (
    select
        searched_on as event_date,
        case when is_opened then 1 else 0 end as numerator,
        1 as denominator,
        case when results = 0 then 1 else 0 end as without_results
    from {{ ref('stg_search_log__searches') }}
)

{{ kpi_share(
    'search_success',
    'records',
    measures=[
        {'name': 'without_results', 'numerator': 'without_results', 'denominator': 'denominator'}
    ]
) }}
