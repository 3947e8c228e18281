-- severity: warning
-- description: Elke KPI heeft ten minste één cijfer; zo niet, dan is van haar bron nog niets
--   bruikbaars geleverd.
-- on_failure: Bekijk de rijen die de query op fct_kpi_value noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select kpi_id from dim_kpi
where kpi_id not in (select kpi_id from own)
