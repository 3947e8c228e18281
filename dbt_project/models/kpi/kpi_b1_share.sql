with records as (
    {{ counted_texts() }}
)

{{ b1_figures('b1_share', 'records', breakdowns=['channel', 'team']) }}
