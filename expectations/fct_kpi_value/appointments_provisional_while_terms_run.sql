-- severity: critical
-- kpi: appointment_within_5d
-- description: Een maand waarin een termijn begon die op de peildatum nog loopt, is voorlopig.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_appointment_within_5d naast de
--   records van civil_affairs, herstel het model of de levering en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

running as (
    select distinct cast(date_trunc('month', appointment.starts_on) as date) as period_start from (
        select greatest(requested_on, wanted_from) as starts_on
        from warehouse.staging.stg_civil_affairs__appointments
        where not is_urgent
    ) as appointment cross join run
    inner join
        warehouse.intermediate.int_calendar as started
        on started.date = appointment.starts_on
    inner join warehouse.intermediate.int_calendar as today on today.date = run.as_of
    where
        appointment.starts_on <= run.as_of
        and today.working_day_number - started.working_day_number < 5
)

select own.period_start from own inner join running using (period_start)
where
    own.kpi_id = 'appointment_within_5d'
    and own.period_grain = 'month'
    and own.source_state = 'current'
    and not own.is_provisional
