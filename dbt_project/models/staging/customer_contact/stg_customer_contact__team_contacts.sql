with latest as (
    {{ latest_version('customer_contact', 'team_contacts', ['zaak_id']) }}
),

team_names as (
    {{ first_spelling('customer_contact', 'team_contacts', 'team') }}
),

renamed as (
    select
        latest.zaak_id as case_id,
        team_names.name as team,
        {{ local_time('latest.ontvangen_op') }} as received_at,
        latest.norm_werkdagen as norm_working_days,
        {{ local_time('latest.afgehandeld_op') }} as handled_at
    from latest
    left join team_names on {{ code('latest.team') }} = team_names.code
)

select
    case_id,
    team,
    received_at,
    cast(received_at as date) as received_on,
    norm_working_days,
    handled_at,
    cast(handled_at as date) as handled_on
from renamed
