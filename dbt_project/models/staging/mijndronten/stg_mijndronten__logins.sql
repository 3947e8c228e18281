with latest as (
    {{ latest_version('mijndronten', 'logins', ['inlog_id']) }}
),

renamed as (
    select
        inlog_id as login_id,
        huishouden_id as household_id,
        {{ local_time('ingelogd_op') }} as logged_in_at,
        {{ code('inlogmiddel') }} as login_method
    from latest
)

select
    login_id,
    household_id,
    logged_in_at,
    cast(logged_in_at as date) as logged_in_on,
    login_method
from renamed
