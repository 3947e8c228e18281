with latest as (
    {{ latest_version('website_feedback', 'votes', ['reactie_id']) }}
),

renamed as (
    select
        reactie_id as vote_id,
        {{ local_time('ingezonden_op') }} as sent_at,
        pagina_url as page_url,
        coalesce(
            {{ code('paginasectie') }},
            -- scheme and host are optional; the section is the first part of the path
            {{ code("regexp_extract(
                pagina_url,
                '^(?:(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?#]*|[^/?#.]+[.][^/?#]*)?/*([^/?#]*)',
                1
            )") }},
            'onbekend'
        ) as page_section,
        {{ code('vraag') }} as question,
        {{ code('antwoord') }} as answer,
        toelichting_length as remark_length
    from latest
)

select
    vote_id,
    sent_at,
    cast(sent_at as date) as sent_on,
    page_url,
    page_section,
    question,
    answer,
    remark_length
from renamed
