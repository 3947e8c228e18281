-- severity: critical
-- kpi: b1_training_coverage
-- description: Aansluiting training B1-schrijven: de stand van elk jaar telt precies wie in de
--   doelgroep valt en op die dag in dienst is, en wie daarvan de training toen had afgerond.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_b1_training_coverage naast de records van hr_training, herstel het model of de levering en
--   start opnieuw.
with shown as (
    select
        *,
        least(own.as_of, cast(own.period_start + interval 1 year - interval 1 day as date))
            as judged_on
    from own
    where
        kpi_id = 'b1_training_coverage' and period_grain = 'year' and dimension = 'total'
        and source_state = 'current' and not is_suppressed
),

used as (
    select
        shown.period_start,
        count(*) as staff,
        count(*) filter (where person.completed_on <= shown.judged_on) as completed
    from shown inner join warehouse.staging.stg_hr_training__staff_training as person
        on
            person.training = 'b1_schrijven' and person.is_in_scope
            and (person.in_service_since is null or person.in_service_since <= shown.judged_on)
            and (person.out_of_service_from is null or person.out_of_service_from > shown.judged_on)
    group by 1
)

select period_start from shown left join used using (period_start)
where
    shown.denominator is distinct from used.staff or shown.numerator is distinct from used.completed
