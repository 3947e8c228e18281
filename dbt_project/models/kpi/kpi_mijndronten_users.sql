with logins as (
    select
        logged_in_on as event_date,
        cast(date_trunc('month', logged_in_on) as date) as month_start,
        household_id,
        login_method
    from {{ ref('stg_mijndronten__logins') }}
    where {{ in_calendar('logged_in_on') }}
),

active as (
    select distinct
        month_start,
        household_id
    from logins
    where login_method = 'digid' and event_date <= {{ as_of() }}
),

delivered as (
    {{ kpi_delivered_periods('mijndronten_users', 'logins') }}
),

-- only with twelve months of logins behind it: the month in which the stock is taken and the
-- eleven before it
periods as (
    select *
    from delivered
    where
        date_trunc('month', judged_on) - interval 11 month
        >= (select min(logins.month_start) from logins)
),

cells as (
    select
        periods.period_grain,
        periods.period_start,
        'total' as dimension,
        'total' as dimension_value,
        count(distinct active.household_id) as quantity,
        count(distinct active.household_id) as sample_size
    from periods
    left join active
        on
            active.month_start <= periods.judged_on
            and active.month_start > periods.judged_on - interval 12 month
    group by periods.period_grain, periods.period_start
)

{{ kpi_quantities('mijndronten_users', 'cells') }}
