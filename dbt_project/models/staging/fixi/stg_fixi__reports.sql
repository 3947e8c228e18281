with latest as (
    {{ latest_version('fixi', 'reports', ['melding_id']) }}
),

renamed as (
    select
        melding_id as report_id,
        {{ code('categorie') }} as category,
        {{ local_time('aangemaakt_op') }} as made_at,
        {{ local_time('afgehandeld_op') }} as handled_at,
        {{ local_time('afgemeld_op') }} as told_at,
        {{ trimmed('hoofdmelding_id') }} as main_report_id,
        {{ code('oorzaak_open') }} as open_cause,
        {{ trimmed('kern') }} as village
    from latest
)

select
    report_id,
    category,
    made_at,
    cast(made_at as date) as made_on,
    handled_at,
    cast(handled_at as date) as handled_on,
    told_at,
    cast(told_at as date) as told_on,
    main_report_id,
    open_cause,
    village
from renamed
