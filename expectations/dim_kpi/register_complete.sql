-- severity: critical
-- description: Alle KPI's van het register staan in de tabel en geen andere.
-- on_failure: De query noemt de rijen van dim_kpi die niet kloppen: herstel het model dim_kpi of
--   de levering erachter en start opnieuw.
select coalesce(own.kpi_id, register.kpi_id) as kpi_id
from own
full join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
where own.kpi_id is null or register.kpi_id is null
