-- severity: critical
-- kpi: penalty_warm_contact
-- description: Aansluiting dwangsommen: elke last van meer dan 50.000 euro telt in het jaar van
--   ontvangst, of is weggelaten omdat het een andere zaak is, het bedrag ontbreekt of niet hoger
--   is, of zij na de peildatum is ontvangen.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_penalty_warm_contact naast de records van case_system, herstel het model of de levering en
--   start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),
records as (
    select record.received_on as day, record.explained_on <= run.as_of as met,
        case
            when record.case_type is distinct from 'last_onder_dwangsom' then 'andere zaak'
            when record.amount_eur is null then 'zonder bedrag'
            when record.amount_eur <= 50000 then 'tot en met 50.000 euro'
            when record.received_on > run.as_of then 'bestaat nog niet'
            else 'telt mee'
        end as part
    from warehouse.staging.stg_case_system__cases as record cross join run
), used as (
    select cast(date_trunc('year', day) as date) as period_start, count(*) as records, count(*) filter (where met) as met
    from records where part = 'telt mee' and 'case_system' not in (select source from warehouse.staging.stg_run__source where state = 'stopped')
    group by 1
), shown as (
    select period_start, sample_size, numerator, denominator from own
    where kpi_id = 'penalty_warm_contact' and period_grain = 'year' and dimension = 'total' and source_state = 'current'
)
select period_start from used full join shown using (period_start)
where coalesce(used.records, 0) <> coalesce(shown.sample_size, 0) or coalesce(used.records, 0) <> coalesce(shown.denominator, 0)
   or coalesce(used.met, 0) <> coalesce(shown.numerator, 0)
union all
select null where (select count(*) from records) <> (select count(*) from warehouse.staging.stg_case_system__cases)
