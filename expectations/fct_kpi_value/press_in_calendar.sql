-- severity: warning
-- kpi: press_answered
-- description: Elke persvraag is ontvangen op een dag in de kalender; een dag die buiten de
--   vastgestelde kalender valt, is een fout in de levering: de termijn is dan zonder feestdagen
--   geteld, of telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van press_mailbox en laat ze in de bron
--   herstellen of verklaren.
select question_id from warehouse.staging.stg_press_mailbox__questions
where received_on not in (
    select date from warehouse.intermediate.int_calendar
    where is_reviewed
)
