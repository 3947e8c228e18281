with latest as (
    {{ latest_version('customer_contact', 'callbacks', ['terugbelverzoek_id']) }}
),

team_names as (
    {{ first_spelling('customer_contact', 'callbacks', 'team') }}
),

renamed as (
    select
        latest.terugbelverzoek_id as callback_id,
        {{ trimmed('latest.contact_id') }} as contact_id,
        team_names.name as team,
        {{ local_time('latest.aangemaakt_op') }} as made_at,
        {{ local_time('latest.afgehandeld_op') }} as handled_at,
        {{ code('latest.status') }} as status
    from latest
    left join team_names on {{ code('latest.team') }} = team_names.code
)

select
    callback_id,
    contact_id,
    team,
    made_at,
    cast(made_at as date) as made_on,
    handled_at,
    cast(handled_at as date) as handled_on,
    status
from renamed
