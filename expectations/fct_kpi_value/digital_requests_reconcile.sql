-- severity: critical
-- kpi: digital_self_service_share
-- description: Aansluiting digitale aanvragen: elke aanvraag van een product dat digitaal kan,
--   telt in het jaar van ontvangst, of is weggelaten omdat het een andere zaak is, digitaal niet
--   kan of zij na de peildatum is ontvangen.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_digital_self_service_share naast de records van case_system, herstel het model of de
--   levering en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),
records as (
    select record.received_on as day, record.channel = 'digitaal' as met,
        case
            when record.case_type is distinct from 'aanvraag' then 'andere zaak'
            when not record.is_digital_possible then 'kan niet digitaal'
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
    where kpi_id = 'digital_self_service_share' and period_grain = 'year' and dimension = 'total' and source_state = 'current'
)
select period_start from used full join shown using (period_start)
where coalesce(used.records, 0) <> coalesce(shown.sample_size, 0) or coalesce(used.records, 0) <> coalesce(shown.denominator, 0)
   or coalesce(used.met, 0) <> coalesce(shown.numerator, 0)
union all
select null where (select count(*) from records) <> (select count(*) from warehouse.staging.stg_case_system__cases)
