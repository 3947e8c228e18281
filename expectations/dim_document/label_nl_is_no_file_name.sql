-- severity: critical
-- description: Geen lezer ziet de naam van een bestand.
-- on_failure: De query noemt de rijen van dim_document die niet kloppen: herstel het model
--   dim_document of de levering erachter en start opnieuw.
select document_id from own
where contains(label_nl, document_id)
