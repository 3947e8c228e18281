-- severity: critical
-- description: Elke KPI van dim_kpi heeft een stand en geen andere.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
select coalesce(own.kpi_id, dim_kpi.kpi_id) as kpi_id
from own full join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where own.kpi_id is null or dim_kpi.kpi_id is null
