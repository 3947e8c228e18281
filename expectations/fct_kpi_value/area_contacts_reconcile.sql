-- severity: critical
-- kpi: area_development_within_norm
-- description: Aansluiting Gebiedsontwikkeling: elk contact van het team waarvan de norm is
--   verlopen telt een keer mee; met de laatste dag geteld door een optelling van werkdagen die los
--   staat van de berekening.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_area_development_within_norm naast de records van customer_contact, herstel het model of
--   de levering en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

records as (
    select
        record.case_id,
        record.handled_on,
        record.received_on,
        record.norm_working_days
    from warehouse.staging.stg_customer_contact__team_contacts as record cross join run
    where
        lower(
            record.team
        ) = 'gebiedsontwikkeling'
        and record.received_on <= run.as_of
        and 'customer_contact' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
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
),

years as (
    select
        cast(date_trunc('year', due_on) as date) as period_start,
        count(*) as records,
        count(*) filter (where handled_on <= due_on) as met
    from used
    where due_on is not null
    group by 1
),

shown as (
    select
        period_start,
        sample_size,
        numerator
    from own
    where
        kpi_id = 'area_development_within_norm'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from years full join shown using (period_start)
where
    coalesce(years.records, 0) <> coalesce(shown.sample_size, 0)
    or coalesce(years.met, 0) <> coalesce(shown.numerator, 0)
