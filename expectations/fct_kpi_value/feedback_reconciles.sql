-- severity: critical
-- kpi: public_space_feedback_lag
-- description: Aansluiting terugkoppeling: elke melding waarvan afhandeling en bericht bekend
--   zijn, telt in het jaar van het bericht, behalve een deel van een andere melding en wat na de
--   peildatum gebeurde; de mediaan is los berekend over de kalender.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_public_space_feedback_lag naast de records van fixi, herstel het model of de levering en
--   start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

lags as (
    select
        cast(date_trunc('year', record.told_on) as date) as period_start,
        greatest(0, ended.working_day_number - started.working_day_number) as days
    from warehouse.staging.stg_fixi__reports as record cross join run
    inner join warehouse.intermediate.int_calendar as started on started.date = record.handled_on
    inner join warehouse.intermediate.int_calendar as ended on ended.date = record.told_on
    where
        record.main_report_id is null
        and record.made_on <= run.as_of
        and record.handled_on <= run.as_of
        and record.told_on <= run.as_of
        and record.told_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and 'fixi' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
),

used as (select
    period_start,
    median(days) as median,
    count(*) as records
from lags
group by 1),

shown as (
    select
        period_start,
        value,
        sample_size,
        denominator
    from own
    where
        kpi_id = 'public_space_feedback_lag'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    coalesce(used.records, 0) <> coalesce(shown.sample_size, 0)
    or coalesce(used.records, 0) <> coalesce(shown.denominator, 0)
    or used.median is distinct from shown.value
