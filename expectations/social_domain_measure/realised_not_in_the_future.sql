-- severity: critical
-- description: Geen besparing is gerealiseerd in een jaar na de peildatum.
-- on_failure: De query noemt de rijen van social_domain_measure die niet kloppen: herstel het
--   model social_domain_measure of de levering erachter en start opnieuw.
select measure_no from own
where
    realised_keur is not null
    and year > year((select as_of from warehouse.staging.stg_run__context))
