-- severity: warning
-- description: Geen bron is gestopt; van een gestopte bron staan de cijfers van de vorige
--   release.
-- on_failure: Bekijk de rijen die de query op source_delivery noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select source from warehouse.staging.stg_run__source
where state = 'stopped'
