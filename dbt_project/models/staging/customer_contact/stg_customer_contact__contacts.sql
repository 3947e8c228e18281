with latest as (
    {{ latest_version('customer_contact', 'contacts', ['contact_id']) }}
),

team_names as (
    {{ first_spelling('customer_contact', 'contacts', 'team') }}
),

renamed as (
    select
        latest.contact_id,
        {{ code('latest.kanaal') }} as channel,
        {{ local_time('latest.gestart_op') }} as started_at,
        latest.beantwoord as is_answered,
        coalesce(latest.doorverbonden, false) as is_transferred,
        coalesce(latest.doorverbinden_gelukt, false) as is_transfer_successful,
        {{ code('latest.afgehandeld_door') }} = 'kcc' as is_handled_by_kcc,
        team_names.name as team
    from latest
    left join team_names on {{ code('latest.team') }} = team_names.code
)

select
    contact_id,
    channel,
    started_at,
    cast(started_at as date) as started_on,
    is_answered,
    is_transferred,
    is_transfer_successful,
    is_handled_by_kcc,
    team
from renamed
