with latest as (
    {{ latest_version('social_domain', 'measures', ['maatregel_nr', 'jaar']) }}
)

select
    try_cast(maatregel_nr as integer) as measure_no,
    coalesce({{ trimmed('maatregel') }}, 'onbekend') as measure,
    try_cast(jaar as integer) as year,
    besparing_keur as saving_keur,
    gerealiseerd_keur as realised_keur
from latest
