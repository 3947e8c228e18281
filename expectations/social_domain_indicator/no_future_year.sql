-- severity: critical
-- description: Geen indicator gaat over een jaar na de peildatum.
-- on_failure: De query noemt de rijen van social_domain_indicator die niet kloppen: herstel het
--   model social_domain_indicator of de levering erachter en start opnieuw.
select theme from own
where year > year((select as_of from warehouse.staging.stg_run__context))
