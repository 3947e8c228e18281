-- severity: warning
-- kpi: callbacks_late
-- description: Elk terugbelverzoek is gemaakt op een dag in de kalender; een dag die buiten de
--   vastgestelde kalender valt, is een fout in de levering: de termijn is dan zonder feestdagen
--   geteld, of telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van customer_contact en laat ze in de
--   bron herstellen of verklaren.
select callback_id from warehouse.staging.stg_customer_contact__callbacks
where made_on not in (
    select date from warehouse.intermediate.int_calendar
    where is_reviewed
)
