-- severity: warning
-- description: Elke regio van het register heeft een vergelijking; zo niet, dan ontbreekt haar
--   indeling in de levering.
-- on_failure: Bekijk de rijen die de query op external_hiring_benchmark noemt en vraag de
--   eigenaar van de bron of ze kloppen.
select region from warehouse.register.benchmark_region
where exists (select 1 from own) and region not in (select region from own)
