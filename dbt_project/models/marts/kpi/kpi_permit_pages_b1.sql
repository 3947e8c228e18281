with records as (
    {{ counted_texts("kind = 'vergunningpagina'") }}
)

{{ b1_figures('permit_pages_b1', 'records') }}
