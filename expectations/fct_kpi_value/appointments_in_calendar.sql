-- severity: warning
-- kpi: appointment_within_5d
-- description: De termijn van elke afspraak begint op een dag in de kalender; een dag die buiten
--   de vastgestelde kalender valt, is een fout in de levering: de termijn is dan zonder feestdagen
--   geteld, of telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van civil_affairs en laat ze in de bron
--   herstellen of verklaren.
select appointment_id from warehouse.staging.stg_civil_affairs__appointments
where
    greatest(
        requested_on, wanted_from) not in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    )
