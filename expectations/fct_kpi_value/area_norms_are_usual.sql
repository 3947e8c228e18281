-- severity: warning
-- kpi: area_development_within_norm
-- description: De norm van een contact van Gebiedsontwikkeling is 1 tot en met 60 werkdagen;
--   iets anders is waarschijnlijk een fout in de levering.
-- source: Eigen keuze: een norm van meer dan een kwartaal is geen belofte aan een klant.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van customer_contact en laat ze in de
--   bron herstellen of verklaren.
select case_id from warehouse.staging.stg_customer_contact__team_contacts
where lower(team) = 'gebiedsontwikkeling' and norm_working_days not between 1 and 60
