with latest as (
    {{ latest_version('klant_in_focus', 'responses', ['reactie_id']) }}
),

form_names as (
    {{ first_spelling('klant_in_focus', 'responses', 'formulier') }}
),

renamed as (
    select
        latest.reactie_id as response_id,
        {{ local_time('latest.ingezonden_op') }} as sent_at,
        form_names.name as form,
        latest.score,
        latest.schaal_max as scale_max,
        latest.opmerking_length as remark_length
    from latest
    left join form_names on {{ code('latest.formulier') }} = form_names.code
)

select
    response_id,
    sent_at,
    cast(sent_at as date) as sent_on,
    form,
    score,
    scale_max,
    remark_length
from renamed
