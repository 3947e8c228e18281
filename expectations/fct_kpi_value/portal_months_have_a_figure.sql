-- severity: critical
-- kpi: mijndronten_users
-- description: Elke maand met een geleverde inlog heeft een cijfer, getoond of afgeschermd.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_mijndronten_users naast de records
--   van mijndronten, herstel het model of de levering en start opnieuw.
with delivered as (
    select distinct cast(date_trunc('month', logged_in_on) as date) as period_start
    from warehouse.staging.stg_mijndronten__logins
    where
        logged_in_on <= (
            select as_of from warehouse.staging.stg_run__context
        )
        and logged_in_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and 'mijndronten' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
),

shown as (
    select
        period_start,
        is_suppressed
    from own
    where
        kpi_id = 'mijndronten_users'
        and period_grain = 'month'
        and dimension = 'total'
        and source_state = 'current'
),

first as (select min(period_start) + interval 11 month as begins from delivered)

select period_start from delivered full join shown using (period_start)
cross join first
where
    (shown.is_suppressed is null and period_start >= first.begins)
    or (shown.is_suppressed is not null and period_start < first.begins)
