-- severity: critical
-- kpi: mijndronten_users
-- description: Aansluiting MijnDronten: de stand van elk jaar is het aantal huishoudens met een
--   DigiD-inlog in de twaalf kalendermaanden tot en met de maand waarin de stand is genomen.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_mijndronten_users naast de records van mijndronten, herstel het model of de levering en
--   start opnieuw.
with shown as (
    select
        period_start,
        value,
        is_suppressed,
        least(own.as_of, cast(own.period_start + interval 1 year - interval 1 day as date))
            as judged_on
    from own
    where kpi_id = 'mijndronten_users' and period_grain = 'year' and source_state = 'current'
),

used as (
    select
        shown.period_start,
        count(distinct login.household_id) as households
    from shown
    left join warehouse.staging.stg_mijndronten__logins as login
        on
            login.login_method = 'digid' and login.logged_in_on <= shown.judged_on
            and login.logged_in_on <= (select as_of from warehouse.staging.stg_run__context)
            and login.logged_in_on >= date_trunc('month', shown.judged_on) - interval 11 month
            and login.logged_in_on <= last_day(shown.judged_on)
    group by 1
)

select period_start from shown inner join used using (period_start)
where not shown.is_suppressed and shown.value <> used.households
