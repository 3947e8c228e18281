with latest as (
    {{ latest_version('procurement', 'files', ['dossier_id']) }}
),

department_names as (
    {{ first_spelling('procurement', 'files', 'afdeling') }}
)

select
    latest.dossier_id as file_id,
    department_names.name as department,
    latest.toetsdatum as tested_on,
    {{ code('latest.oordeel') }} as judgement,
    latest.bedrag_eur as amount_eur,
    latest.reden_length as reason_length
from latest
left join department_names on {{ code('latest.afdeling') }} = department_names.code
