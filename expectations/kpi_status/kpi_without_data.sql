-- severity: warning
-- description: Elke KPI heeft een cijfer over een afgesloten periode.
-- on_failure: Bekijk de rijen die de query op kpi_status noemt en vraag de eigenaar van de bron
--   of ze kloppen.
select kpi_id from own
where value is null
