-- severity: critical
-- kpi: press_answered
-- description: Aansluiting persvragen: elke vraag telt in het jaar waarin haar termijn afliep,
--   of is weggelaten omdat zij na de peildatum is ontvangen, de termijn nog loopt of de dag buiten
--   de kalender valt; op tijd is een antwoord of procesantwoord op of voor de laatste dag.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_press_answered naast de records van press_mailbox, herstel het model of de levering en
--   start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

records as (
    select
        term.due_on as day,
        record.process_answered_on <= term.due_on or record.answered_on <= term.due_on as met,
        case
            when record.received_on > run.as_of then 'bestaat nog niet'
            when term.due_on is null then 'buiten de kalender'
            when term.due_on > run.as_of then 'termijn loopt nog'
            else 'telt mee'
        end as part
    from warehouse.staging.stg_press_mailbox__questions as record
    left join warehouse.intermediate.int_press_question as term using (question_id)
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
        and 'press_mailbox' not in (
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
        kpi_id = 'press_answered'
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
    <> (select count(*) from warehouse.staging.stg_press_mailbox__questions)
