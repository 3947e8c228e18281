-- severity: critical
-- kpi: kcc_contact_share
-- description: Aansluiting klantcontacten: elk contact telt in het jaar waarin het begon,
--   behalve wat na de peildatum begon.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_kcc_contact_share naast de records van customer_contact, herstel het model of de levering
--   en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

records as (
    select
        record.started_on as day,
        record.is_handled_by_kcc as met,
        case
            when record.started_on > run.as_of then 'bestaat nog niet'
            else 'telt mee'
        end as part
    from warehouse.staging.stg_customer_contact__contacts as record cross join run
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
        kpi_id = 'kcc_contact_share'
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
    <> (select count(*) from warehouse.staging.stg_customer_contact__contacts)
