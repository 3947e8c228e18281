-- severity: critical
-- description: Elk bestand hoort bij een bron met een leveringsafspraak.
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
select file_name from own
where source not in (select source from warehouse.staging.stg_run__source)
