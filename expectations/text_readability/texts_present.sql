-- severity: warning
-- description: Er is ten minste één tekst; zo niet, dan zijn er geen leesbare teksten geleverd.
-- on_failure: Bekijk de rijen die de query op text_readability noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select 1 as absent
where not exists (select 1 from own)
