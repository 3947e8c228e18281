with latest as (
    {{ latest_version('iv3', 'region_membership', [code('regio'), code('gm_code')]) }}
),

region_names as (
    {{ first_spelling('iv3', 'region_membership', 'regio') }}
)

select
    region_names.name as region,
    upper({{ trimmed('latest.gm_code') }}) as municipality_code,
    {{ trimmed('latest.gm_naam') }} as municipality,
    {{ trimmed('latest.bron') }} as origin,
    {{ code('latest.status') }} as status,
    coalesce(cast(latest.geldig_van as integer), 0) as valid_from,
    coalesce(cast(latest.geldig_tot as integer), 9999) as valid_until
from latest
left join region_names on {{ code('latest.regio') }} = region_names.code
