-- severity: warning
-- description: Geen bestand is verdwenen of overschreven nadat het was gelezen; het blijft
--   meetellen.
-- on_failure: Bekijk de rijen die de query op source_delivery noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select file_name from own
where state = 'missing'
