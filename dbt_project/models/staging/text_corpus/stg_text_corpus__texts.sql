with latest as (
    {{ latest_version('text_corpus', 'texts', ['tekst_id']) }}
),

team_names as (
    {{ first_spelling('text_corpus', 'texts', 'team') }}
)

select
    latest.tekst_id as text_id,
    {{ code('latest.kanaal') }} as channel,
    team_names.name as team,
    {{ code('latest.soort') }} as kind,
    latest.gepubliceerd_op as published_on,
    latest.weergaven as views,
    latest.bestand as document,
    {{ trimmed('latest.canonieke_url') }} as canonical_url,
    latest._delivery_order as delivery_order
from latest
left join team_names on {{ code('latest.team') }} = team_names.code
