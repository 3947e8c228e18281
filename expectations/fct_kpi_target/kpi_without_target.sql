-- severity: warning
-- description: Elke KPI die op zichzelf beoordeeld wordt heeft een doel.
-- on_failure: Bekijk de rijen die de query op fct_kpi_target noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select kpi_id from dim_kpi
where direction <> 'benchmark' and kpi_id not in (
    select kpi_id from own
    where kind = 'target'
)
