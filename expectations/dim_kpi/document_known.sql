-- severity: critical
-- description: Elk document staat in dim_document.
-- on_failure: De query noemt de rijen van dim_kpi die niet kloppen: herstel het model dim_kpi of
--   de levering erachter en start opnieuw.
select kpi_id from own where document not in (select document_id from dim_document)
