-- severity: critical
-- kpi: sport_answered
-- description: Aansluiting sportvragen: elke zaak telt in het jaar waarin haar termijn afliep,
--   of is weggelaten omdat zij van een ander type is, na de peildatum is ontvangen, de termijn nog
--   loopt of de dag buiten de kalender valt; op tijd is een eerste reactie op of voor de laatste
--   dag.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_sport_answered naast de records van case_system, herstel het model of de levering en start
--   opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),
records as (
    select term.due_on as day, record.reacted_on <= term.due_on as met,
        case
            when record.case_type is distinct from 'sportvraag' then 'andere zaak'
            when record.received_on > run.as_of then 'bestaat nog niet'
            when term.due_on is null then 'buiten de kalender'
            when term.due_on > run.as_of then 'termijn loopt nog'
            else 'telt mee'
        end as part
    from warehouse.staging.stg_case_system__cases as record left join warehouse.intermediate.int_case_reaction as term using (case_id) cross join run
), used as (
    select cast(date_trunc('year', day) as date) as period_start, count(*) as records, count(*) filter (where met) as met
    from records where part = 'telt mee' and 'case_system' not in (select source from warehouse.staging.stg_run__source where state = 'stopped')
    group by 1
), shown as (
    select period_start, sample_size, numerator, denominator from own
    where kpi_id = 'sport_answered' and period_grain = 'year' and dimension = 'total' and source_state = 'current'
)
select period_start from used full join shown using (period_start)
where coalesce(used.records, 0) <> coalesce(shown.sample_size, 0) or coalesce(used.records, 0) <> coalesce(shown.denominator, 0)
   or coalesce(used.met, 0) <> coalesce(shown.numerator, 0)
union all
select null where (select count(*) from records) <> (select count(*) from warehouse.staging.stg_case_system__cases)
