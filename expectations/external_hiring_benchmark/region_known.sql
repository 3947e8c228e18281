-- severity: critical
-- description: Elke regio staat in het register van regio's.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
select region from own where region not in (select region from warehouse.register.benchmark_region)
