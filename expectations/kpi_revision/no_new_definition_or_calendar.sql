-- severity: warning
-- description: Geen cijfer veranderde door een andere definitie of een andere tabel met vrije
--   dagen; zo wel, dan is dat een besluit om toe te lichten.
-- on_failure: Bekijk de rijen die de query op kpi_revision noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select kpi_id from own
where cause in ('definition', 'calendar')
