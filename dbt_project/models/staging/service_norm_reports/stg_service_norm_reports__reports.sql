with latest as (
    {{ latest_version('service_norm_reports', 'reports', ['melding_id']) }}
),

team_names as (
    {{ first_spelling('service_norm_reports', 'reports', 'team') }}
),

renamed as (
    select
        latest.melding_id as report_id,
        {{ code('latest.soort') }} as kind,
        team_names.name as team,
        {{ code('latest.kanaal') }} as channel,
        {{ local_time('latest.ontvangen_op') }} as received_at,
        {{ local_time('latest.afgehandeld_op') }} as handled_at,
        latest.toelichting_length as remark_length
    from latest
    left join team_names on {{ code('latest.team') }} = team_names.code
)

select
    report_id,
    kind,
    team,
    channel,
    received_at,
    cast(received_at as date) as received_on,
    handled_at,
    cast(handled_at as date) as handled_on,
    remark_length
from renamed
