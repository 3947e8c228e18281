-- severity: warning
-- kpi: enforcement_response
-- description: De termijn van elke toezichtmelding begint op een dag in de kalender; een dag die
--   buiten de vastgestelde kalender valt, is een fout in de levering: de termijn is dan zonder
--   feestdagen geteld, of telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van case_system en laat ze in de bron
--   herstellen of verklaren.
select case_id from warehouse.staging.stg_case_system__cases
where
    assigned_on not in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    ) and case_type = 'toezichtmelding'
