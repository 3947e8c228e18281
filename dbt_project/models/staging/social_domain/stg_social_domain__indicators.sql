with latest as (
    {{ latest_version('social_domain', 'indicators', [code('thema'), 'resultaat_nr', 'jaar']) }}
)

select
    coalesce({{ code('thema') }}, 'onbekend') as theme,
    try_cast(resultaat_nr as integer) as result_no,
    coalesce({{ trimmed('indicator') }}, 'onbekend') as indicator,
    try_cast(jaar as integer) as year,
    waarde as value,
    {{ trimmed('eenheid') }} as unit,
    {{ trimmed('duiding') }} as story
from latest
