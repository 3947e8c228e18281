-- severity: critical
-- description: Cijfers van actuele bronnen zijn beoordeeld op de peildatum van de run.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id
from own
where source_state = 'current' and as_of <> (select as_of from warehouse.staging.stg_run__context)
