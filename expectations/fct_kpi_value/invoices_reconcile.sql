-- severity: critical
-- kpi: invoices_paid_30d
-- description: Aansluiting facturen: elke factuur telt in het jaar van dag 30, of is weggelaten
--   omdat het een creditnota is, zij betwist is, na de peildatum is ontvangen of dag 30 nog moet
--   komen; op tijd is betaald op of voor dag 30.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_invoices_paid_30d naast de records van finance_invoices, herstel het model of de levering
--   en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

records as (
    select
        record.received_on + 30 as day,
        record.paid_on <= record.received_on + 30 as met,
        case
            when record.type_code = 381 then 'creditnota'
            when record.is_disputed then 'betwist'
            when record.received_on > run.as_of then 'bestaat nog niet'
            when record.received_on + 30 > run.as_of then 'dag 30 nog niet bereikt'
            else 'telt mee'
        end as part
    from warehouse.staging.stg_finance_invoices__incoming as record cross join run
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
        kpi_id = 'invoices_paid_30d'
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
    <> (select count(*) from warehouse.staging.stg_finance_invoices__incoming)
