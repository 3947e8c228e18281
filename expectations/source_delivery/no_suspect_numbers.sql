-- severity: warning
-- description: Geen opgeslagen kolom bevat iets dat op een persoonsgegeven lijkt (toevallig aan
--   de elfproef, e-mailadres, IBAN, telefoonnummer).
-- on_failure: Bekijk de rijen die de query op source_delivery noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select column_name from warehouse.staging.stg_run__privacy
where not is_error
