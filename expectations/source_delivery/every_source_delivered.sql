-- severity: warning
-- description: Elke bron heeft ten minste één bestand geleverd.
-- on_failure: Bekijk de rijen die de query op source_delivery noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select source from warehouse.staging.stg_run__source
where source not in (select source from own)
