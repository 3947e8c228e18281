-- type: reconciles
-- severity: critical
-- kpi: area_development_within_norm
-- description: Aansluiting Gebiedsontwikkeling: elk contact van het team waarvan de norm is
--   verlopen telt een keer mee; met de laatste dag geteld door een optelling van werkdagen die los
--   staat van de berekening.
-- equal: sample_size, numerator
with records as (
    select
        record.case_id,
        record.handled_on,
        record.received_on,
        record.norm_working_days
    from warehouse.staging.stg_customer_contact__team_contacts as record
    cross join run
    where
        lower(record.team) = 'gebiedsontwikkeling'
        and record.received_on <= run.as_of
),

working as (
    select date
    from warehouse.intermediate.int_calendar
    cross join run
    where is_working_day and date <= run.as_of
),

used as (
    select
        case_id,
        handled_on,
        case
            when any_value(norm_working_days) <= 0 then any_value(received_on)
            else list_sort(list(working.date))[any_value(norm_working_days)]
        end as due_on
    from records
    left join
        working
        on
            working.date > records.received_on
            and working.date
            <= records.received_on + 2 * cast(least(norm_working_days, 10000) as integer) + 30
    group by case_id, handled_on
)

select
    due_on as day,
    handled_on <= due_on as numerator
from used
