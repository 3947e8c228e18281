with records as (
    {{ counted_texts() }}
)

{{ kpi_share(
    'b1_share',
    'records',
    breakdowns=['channel', 'team'],
    measures=[
        {'name': 'weighted_by_views', 'numerator': 'views_of_easy_texts', 'denominator': 'views'}
    ]
) }}
