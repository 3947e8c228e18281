-- severity: critical
-- description: Het aantal werkdagen te laat is dat na de laatste dag tot en met de peildatum,
--   geteld over weekdagen en de feestdagen van het register.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

dues as (
    select distinct
        due_on,
        working_days_late
    from own
    where due_on is not null
),

days as (
    select
        dues.*,
        unnest(generate_series(due_on + 1, as_of, interval 1 day)) as day
    from dues
    cross join run
    where due_on < as_of
),

counted as (
    select
        due_on,
        working_days_late,
        count(*) filter (where isodow(day) <= 5 and holiday.date is null) as working_days
    from days
    left join warehouse.register.non_working_day as holiday on days.day = holiday.date
    group by all
)

select due_on from counted
where working_days is distinct from working_days_late
