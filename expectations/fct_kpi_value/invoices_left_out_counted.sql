-- severity: critical
-- kpi: invoices_paid_30d
-- description: De creditnota's en betwiste facturen die zijn weggelaten, staan per jaar als
--   aantal naast het cijfer.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_invoices_paid_30d naast de records
--   van finance_invoices, herstel het model of de levering en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

used as (
    select
        cast(date_trunc('year', received_on + 30) as date) as period_start,
        case when type_code = 381 then 'credit_notes' else 'disputed' end as dimension_value,
        count(*) as records
    from warehouse.staging.stg_finance_invoices__incoming cross join run
    where
        (
            type_code = 381 or is_disputed
        )
        and received_on + 30 <= run.as_of
        and 'finance_invoices' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by all
),

shown as (
    select
        period_start,
        dimension_value,
        value
    from own
    where
        kpi_id = 'invoices_paid_30d'
        and period_grain = 'year'
        and dimension_value in ('credit_notes', 'disputed')
        and source_state = 'current'
)

select period_start from used full join shown using (period_start, dimension_value)
where used.records is distinct from shown.value
