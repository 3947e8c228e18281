with latest as (
    {{ latest_version('civil_affairs', 'appointments', ['afspraak_id']) }}
),

product_names as (
    {{ first_spelling('civil_affairs', 'appointments', 'product') }}
),

renamed as (
    select
        latest.afspraak_id as appointment_id,
        product_names.name as product,
        {{ local_time('latest.aangevraagd_op') }} as requested_at,
        latest.gewenst_vanaf as wanted_from,
        {{ local_time('latest.afspraak_op') }} as appointment_at,
        coalesce(latest.spoed, false) as is_urgent
    from latest
    left join product_names on {{ code('latest.product') }} = product_names.code
)

select
    appointment_id,
    product,
    requested_at,
    cast(requested_at as date) as requested_on,
    wanted_from,
    appointment_at,
    cast(appointment_at as date) as appointment_on,
    is_urgent
from renamed
