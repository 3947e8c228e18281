with latest as (
    {{ latest_version('hr_training', 'staff_training', ['medewerker_id', code('training')]) }}
),

team_names as (
    {{ first_spelling('hr_training', 'staff_training', 'team') }}
)

select
    latest.medewerker_id as employee_id,
    coalesce(team_names.name, 'onbekend') as team,
    {{ code('latest.training') }} as training,
    latest.in_dienst_sinds as in_service_since,
    latest.uit_dienst_per as out_of_service_from,
    latest.in_doelgroep as is_in_scope,
    latest.afgerond_op as completed_on
from latest
left join team_names on {{ code('latest.team') }} = team_names.code
