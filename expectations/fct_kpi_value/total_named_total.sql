-- severity: critical
-- description: Een totaal heet in beide kolommen 'total'.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id
from own
where (dimension = 'total') <> (dimension_value = 'total') and dimension = 'total'
