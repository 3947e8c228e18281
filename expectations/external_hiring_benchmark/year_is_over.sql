-- severity: critical
-- description: Er staan alleen jaren in die op de peildatum voorbij zijn.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
select year
from own
where make_date(year, 12, 31) > (select as_of from warehouse.staging.stg_run__context)
