with records as (
    {{ counted_texts("kind = 'vergunningpagina'") }}
)

{{ kpi_share(
    'permit_pages_b1',
    'records',
    measures=[
        {'name': 'weighted_by_views', 'numerator': 'views_of_easy_texts', 'denominator': 'views'}
    ]
) }}
