-- severity: critical
-- kpi: enforcement_response
-- description: De termijn van elke toezichtmelding eindigt op een werkdag en telt precies het
--   beloofde aantal werkdagen na de begindag, geteld over weekdagen en de feestdagen van het
--   register.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_enforcement_response naast de
--   records van case_system, herstel het model of de levering en start opnieuw.
with terms as (
    select distinct
        starts_on,
        due_on,
        5 as days
    from warehouse.intermediate.int_case_reaction
    where case_type = 'toezichtmelding'
),

days as (
    select
        *,
        unnest(generate_series(starts_on + 1, due_on, interval 1 day)) as day
    from terms
    where due_on is not null
),

counted as (
    select
        starts_on,
        due_on,
        days,
        count(*) filter (where isodow(day) <= 5 and holiday.date is null) as working_days,
        bool_or(day = due_on and isodow(day) <= 5 and holiday.date is null) as ends_on_working_day
    from days
    left join warehouse.register.non_working_day as holiday on days.day = holiday.date
    group by all
)

select starts_on from counted
where working_days <> days or not ends_on_working_day
