-- severity: critical
-- description: De uitgave in elke rij is die van de run die publiceert.
-- on_failure: De query noemt de rijen van rapport_kpi_actueel die niet kloppen: herstel het
--   model rapport_kpi_actueel of de levering erachter en start opnieuw.
select own."Code"
from own
where own."Uitgave" not in (select release_id from warehouse.staging.stg_run__context)
