-- severity: critical
-- description: Elke KPI heeft een definitie in delen, en er is geen definitie van een andere
--   KPI.
-- on_failure: De query noemt de rijen van dim_kpi die niet kloppen: herstel het model dim_kpi of
--   de levering erachter en start opnieuw.
select coalesce(own.kpi_id, parts.kpi_id) as kpi_id
from own
full join warehouse.register.kpi_definition as parts on own.kpi_id = parts.kpi_id
where own.kpi_id is null or parts.kpi_id is null or own.short_nl <> parts.short_nl
