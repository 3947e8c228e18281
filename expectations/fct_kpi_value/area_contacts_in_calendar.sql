-- severity: warning
-- kpi: area_development_within_norm
-- description: Elk contact van Gebiedsontwikkeling is ontvangen op een dag in de kalender; een
--   dag die buiten de vastgestelde kalender valt, is een fout in de levering: de termijn is dan
--   zonder feestdagen geteld, of telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van customer_contact en laat ze in de
--   bron herstellen of verklaren.
select case_id from warehouse.staging.stg_customer_contact__team_contacts
where
    received_on not in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    ) and lower(team
    ) = 'gebiedsontwikkeling'
