with latest as (
    {{ latest_version('case_system', 'cases', ['zaak_id']) }}
),

team_names as (
    {{ first_spelling('case_system', 'cases', 'team') }}
),

product_names as (
    {{ first_spelling('case_system', 'cases', 'product') }}
),

renamed as (
    select
        latest.zaak_id as case_id,
        {{ code('latest.zaaktype') }} as case_type,
        team_names.name as team,
        product_names.name as product,
        {{ code('latest.kanaal') }} as channel,
        coalesce(latest.digitaal_mogelijk, false) as is_digital_possible,
        {{ local_time('latest.ontvangen_op') }} as received_at,
        {{ local_time('latest.verdeeld_op') }} as assigned_at,
        {{ local_time('latest.eerste_reactie_op') }} as reacted_at,
        {{ local_time('latest.afgesloten_op') }} as closed_at,
        latest.vergunning_einddatum as permit_ends_on,
        latest.houder_benaderd_op as holder_warned_on,
        latest.bedrag_eur as amount_eur,
        latest.warm_contact_op as explained_on
    from latest
    left join team_names on {{ code('latest.team') }} = team_names.code
    left join product_names on {{ code('latest.product') }} = product_names.code
)

select
    case_id,
    case_type,
    team,
    product,
    channel,
    is_digital_possible,
    received_at,
    cast(received_at as date) as received_on,
    assigned_at,
    cast(assigned_at as date) as assigned_on,
    reacted_at,
    cast(reacted_at as date) as reacted_on,
    closed_at,
    cast(closed_at as date) as closed_on,
    permit_ends_on,
    holder_warned_on,
    amount_eur,
    explained_on
from renamed
