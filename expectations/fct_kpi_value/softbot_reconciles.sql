-- severity: critical
-- kpi: softbot_cases
-- description: Aansluiting softwarerobots: elk jaar telt precies de verwerkte stukken van alle
--   uitvoeringen tot en met de peildatum.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_softbot_cases naast de records van softbot_log, herstel het model of de levering en start
--   opnieuw.
with used as (
    select
        cast(date_trunc('year', started_on) as date) as period_start,
        sum(cases_handled) as quantity
    from warehouse.staging.stg_softbot_log__runs
    where
        started_on <= (select as_of from warehouse.staging.stg_run__context)
        and started_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and 'softbot_log' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        period_start,
        value
    from own
    where
        kpi_id = 'softbot_cases'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where coalesce(shown.value, -1) <> coalesce(used.quantity, 0)
