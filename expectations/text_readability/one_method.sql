-- severity: warning
-- description: Alle teksten zijn met dezelfde methode beoordeeld; zo niet, dan zijn documenten
--   van eerder er niet meer en houden zij het oordeel van toen.
-- on_failure: Bekijk de rijen die de query op text_readability noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select count(distinct method_version) as methods from own
having count(distinct method_version) > 1
