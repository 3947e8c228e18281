-- severity: critical
-- kpi: callbacks_open_late
-- description: Van elke maand vanaf het eerste terugbelverzoek tot en met de peildatum is er een
--   stand.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_callbacks_open_late naast de records
--   van customer_contact, herstel het model of de levering en start opnieuw.
with months as (
    select
        cast(
            unnest(
                generate_series(
                    date_trunc('month', min(made_on)),
                    date_trunc('month', max(as_of)),
                    interval 1 month
                )
            ) as date
        ) as period_start
    from warehouse.staging.stg_customer_contact__callbacks
    cross join warehouse.staging.stg_run__context
    where
        made_on <= as_of and made_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and 'customer_contact' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
)

select period_start from months anti join own
    on
        months.period_start = own.period_start
        and own.kpi_id = 'callbacks_open_late'
        and own.period_grain = 'month'
        and own.dimension = 'total'
