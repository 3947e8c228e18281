-- severity: critical
-- description: Geen opgeslagen kolom bevat getallen die een burgerservicenummer kunnen zijn
--   (elfproef).
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
select column_name from warehouse.staging.stg_run__privacy
where is_error
