-- severity: warning
-- description: Het programma had geen wijzigingen die niet zijn vastgelegd; anders is het cijfer
--   niet na te maken.
-- on_failure: Bekijk de rijen die de query op publication noemt en vraag de eigenaar van de bron
--   of ze kloppen.
select release_id from own
where code_version like '%+changes'
