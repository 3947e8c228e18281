with latest as (
    {{ latest_version('softbot_log', 'runs', ['run_id']) }}
),

renamed as (
    select
        run_id,
        coalesce({{ code('proces') }}, 'onbekend') as process,
        {{ local_time('gestart_op') }} as started_at,
        aantal_aangeboden as cases_offered,
        aantal_verwerkt as cases_handled,
        aantal_uitval as cases_failed,
        minuten_per_stuk_handmatig as manual_minutes_per_case
    from latest
)

select
    run_id,
    process,
    started_at,
    cast(started_at as date) as started_on,
    cases_offered,
    cases_handled,
    cases_failed,
    manual_minutes_per_case
from renamed
