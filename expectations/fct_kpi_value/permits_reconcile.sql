-- severity: critical
-- kpi: permit_expiry_notice
-- description: Aansluiting vergunningen: elke vergunning telt in het jaar waarin haar houder
--   uiterlijk benaderd moest zijn, of is weggelaten omdat het een andere zaak is, zij geen
--   einddatum heeft, na de peildatum is ontvangen, korter dan drie maanden geldt of die dag nog
--   moet komen.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_permit_expiry_notice naast de records van case_system, herstel het model of de levering en
--   start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),
records as (
    select cast(record.permit_ends_on - interval 3 month as date) as day, record.holder_warned_on <= cast(record.permit_ends_on - interval 3 month as date) as met,
        case
            when record.case_type is distinct from 'vergunning' then 'andere zaak'
            when record.permit_ends_on is null then 'zonder einddatum'
            when record.received_on > run.as_of then 'bestaat nog niet'
            when cast(record.permit_ends_on - interval 3 month as date) < record.received_on then 'korter dan drie maanden'
            when cast(record.permit_ends_on - interval 3 month as date) > run.as_of then 'dag nog niet bereikt'
            else 'telt mee'
        end as part
    from warehouse.staging.stg_case_system__cases as record cross join run
), used as (
    select cast(date_trunc('year', day) as date) as period_start, count(*) as records, count(*) filter (where met) as met
    from records where part = 'telt mee' and 'case_system' not in (select source from warehouse.staging.stg_run__source where state = 'stopped')
    group by 1
), shown as (
    select period_start, sample_size, numerator, denominator from own
    where kpi_id = 'permit_expiry_notice' and period_grain = 'year' and dimension = 'total' and source_state = 'current'
)
select period_start from used full join shown using (period_start)
where coalesce(used.records, 0) <> coalesce(shown.sample_size, 0) or coalesce(used.records, 0) <> coalesce(shown.denominator, 0)
   or coalesce(used.met, 0) <> coalesce(shown.numerator, 0)
union all
select null where (select count(*) from records) <> (select count(*) from warehouse.staging.stg_case_system__cases)
