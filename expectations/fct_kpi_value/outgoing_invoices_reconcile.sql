-- severity: critical
-- kpi: invoices_with_qr
-- description: Aansluiting verzonden facturen: elke factuur telt in het jaar van verzenden,
--   behalve wat na de peildatum is verzonden.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_invoices_with_qr naast de records van finance_invoices, herstel het model of de levering
--   en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

records as (
    select
        record.sent_on as day,
        record.has_qr_code as met,
        case
            when record.sent_on > run.as_of then 'bestaat nog niet'
            else 'telt mee'
        end as part
    from warehouse.staging.stg_finance_invoices__outgoing as record cross join run
),

used as (
    select
        cast(date_trunc('year', day) as date) as period_start,
        count(*) as records,
        count(*) filter (where met) as met
    from records
    where
        part = 'telt mee'
        and 'finance_invoices' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        period_start,
        sample_size,
        numerator,
        denominator
    from own
    where
        kpi_id = 'invoices_with_qr'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    coalesce(used.records, 0) <> coalesce(shown.sample_size, 0)
    or coalesce(used.records, 0) <> coalesce(shown.denominator, 0)
    or coalesce(used.met, 0) <> coalesce(shown.numerator, 0)
union all
select null
where
    (select count(*) from records)
    <> (select count(*) from warehouse.staging.stg_finance_invoices__outgoing)
