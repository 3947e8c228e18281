-- severity: critical
-- kpi: appointment_within_5d
-- description: Aansluiting afspraken: elke afspraak telt in het jaar waarin haar termijn begon,
--   of is weggelaten omdat het spoed is of de termijn na de peildatum begint; op tijd is een
--   afspraak met hooguit vijf werkdagen ertussen, los geteld over de kalender.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_appointment_within_5d naast de records van civil_affairs, herstel het model of de levering
--   en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

records as (
    select
        record.starts_on as day,
        record.days < 5 or (record.days = 5 and record.is_working_day) as met,
        case
            when record.is_urgent then 'spoed'
            when record.starts_on > run.as_of then 'termijn begint later'
            else 'telt mee'
        end as part
    from (
        select
            is_urgent,
            greatest(requested_on, wanted_from) as starts_on,
            ended.working_day_number - started.working_day_number as days,
            ended.is_working_day
        from warehouse.staging.stg_civil_affairs__appointments
        left join
            warehouse.intermediate.int_calendar as started
            on started.date = greatest(requested_on, wanted_from)
        left join warehouse.intermediate.int_calendar as ended on ended.date = appointment_on
    ) as record
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
        and 'civil_affairs' not in (
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
        kpi_id = 'appointment_within_5d'
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
    <> (select count(*) from warehouse.staging.stg_civil_affairs__appointments)
