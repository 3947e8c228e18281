-- severity: critical
-- kpi: sport_answered
-- description: Het gemiddelde aantal werkdagen van sportvragen is dat van de vragen waarvan de
--   termijn in het jaar afliep en die een reactie hebben, geteld over de werkdagen van de
--   kalender.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_sport_answered naast de records van case_system, herstel het model of de levering en start
--   opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

lags as (
    select
        term.case_id,
        cast(date_trunc('year', term.due_on) as date) as period_start,
        count(working.date) as days
    from warehouse.intermediate.int_case_reaction as term cross join run
    left join warehouse.intermediate.int_calendar as working
        on
            working.is_working_day
            and working.date > term.starts_on
            and working.date <= term.reacted_on
    where
        term.case_type = 'sportvraag'
        and term.due_on <= run.as_of
        and term.reacted_on <= run.as_of
        and 'case_system' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by all
),

used as (select
    period_start,
    avg(days) as mean,
    count(*) as records
from lags
group by 1),

shown as (
    select
        period_start,
        value,
        sample_size
    from own
    where
        kpi_id = 'sport_answered'
        and period_grain = 'year'
        and dimension_value = 'mean_working_days'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    used.records is distinct from shown.sample_size
    or abs(used.mean - shown.value) > 1e-9 * greatest(1, used.mean)
