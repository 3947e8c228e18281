-- severity: critical
-- kpi: callbacks_late
-- description: Aansluiting terugbelverzoeken: elk verzoek telt in het jaar waarin zijn termijn
--   afliep, of is weggelaten omdat het na de peildatum is gemaakt, de termijn nog loopt of de dag
--   buiten de kalender valt; te laat is niet afgehandeld op de laatste dag.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_callbacks_late naast de records van customer_contact, herstel het model of de levering en
--   start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

records as (
    select
        term.due_on as day,
        record.handled_on is null or record.handled_on > term.due_on as met,
        case
            when record.made_on > run.as_of then 'bestaat nog niet'
            when term.due_on is null then 'buiten de kalender'
            when term.due_on > run.as_of then 'termijn loopt nog'
            else 'telt mee'
        end as part
    from warehouse.staging.stg_customer_contact__callbacks as record
    left join warehouse.intermediate.int_callback as term using (callback_id)
    cross join run
),

used as (
    select
        cast(date_trunc('year', day) as date) as period_start,
        count(*) as records,
        count(*) filter (where met) as met
    from records
    where
        part = 'telt mee'
        and 'customer_contact' not in (
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
        kpi_id = 'callbacks_late'
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
    <> (select count(*) from warehouse.staging.stg_customer_contact__callbacks)
