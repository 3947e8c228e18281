-- severity: warning
-- description: Alle cijfers zijn actueel; zo niet, dan is een bron gestopt en staan er cijfers
--   uit de vorige release.
-- on_failure: Bekijk de rijen die de query op fct_kpi_value noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select distinct kpi_id from own
where source_state = 'stale'
