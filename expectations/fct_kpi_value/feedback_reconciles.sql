-- type: reconciles
-- severity: critical
-- kpi: public_space_feedback_lag
-- description: Aansluiting terugkoppeling: elke melding waarvan afhandeling en bericht bekend
--   zijn, telt in het jaar van het bericht, behalve een deel van een andere melding en wat na de
--   peildatum gebeurde; de mediaan is los berekend over de kalender.
-- equal: sample_size, denominator, median value
select
    record.told_on as day,
    1 as denominator,
    greatest(0, ended.working_day_number - started.working_day_number) as value
from warehouse.staging.stg_fixi__reports as record
cross join run
inner join warehouse.intermediate.int_calendar as started on record.handled_on = started.date
inner join
    warehouse.intermediate.int_calendar as ended
    on record.told_on = ended.date and ended.is_reviewed
where
    record.main_report_id is null
    and record.made_on <= run.as_of
    and record.handled_on <= run.as_of
