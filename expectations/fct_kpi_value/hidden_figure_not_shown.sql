-- severity: critical
-- description: Van een afgeschermd cijfer staat in geen enkele tabel een getal, ook geen eerdere
--   waarde van iets dat ermee optelt.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select found.kpi_id
from warehouse.attack.finding as found
where found.how in ('shown', 'shown_before')
