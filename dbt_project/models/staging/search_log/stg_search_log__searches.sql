with latest as (
    {{ latest_version('search_log', 'searches', ['zoekopdracht_id']) }}
),

renamed as (
    select
        zoekopdracht_id as search_id,
        {{ local_time('gezocht_op') }} as searched_at,
        {{ code('bron') }} as origin,
        aantal_resultaten as results,
        geopend as is_opened
    from latest
)

select
    search_id,
    searched_at,
    cast(searched_at as date) as searched_on,
    origin,
    results,
    is_opened
from renamed
