-- severity: warning
-- kpi: public_space_feedback_lag
-- description: Afhandeling en bericht van elke melding vallen op een dag in de kalender; een dag
--   die buiten de vastgestelde kalender valt, is een fout in de levering: de termijn is dan zonder
--   feestdagen geteld, of telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van fixi en laat ze in de bron
--   herstellen of verklaren.
select report_id from warehouse.staging.stg_fixi__reports
where
    handled_on not in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    )
    or told_on not in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    )
