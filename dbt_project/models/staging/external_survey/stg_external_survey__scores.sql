with latest as (
    {{ latest_version('external_survey', 'scores', [code('onderzoek'), 'jaar']) }}
)

select
    {{ code('onderzoek') }} as survey,
    jaar as year,
    cijfer as grade,
    landelijk_gemiddelde as national_average
from latest
