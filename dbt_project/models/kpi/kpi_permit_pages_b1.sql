with records as (
    {{ counted_texts("kind = 'vergunningpagina'", also_indicative=true) }}
)

{{ b1_figures(
    'permit_pages_b1',
    'records',
    measures=[
        {'name': 'indicative', 'numerator': 'is_indicative', 'denominator': 'denominator'},
    ]
) }}
