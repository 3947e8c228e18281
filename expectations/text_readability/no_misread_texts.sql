-- severity: warning
-- description: Geen tekst heeft leesfouten van een scan; van een tekst die ze heeft, kan de
--   score te hoog zijn.
-- on_failure: Bekijk de rijen die de query op text_readability noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select own.text_id from own
inner join warehouse.staging.stg_text_corpus__scores as score on own.text_id = score.text_id
where score.remark is not null
