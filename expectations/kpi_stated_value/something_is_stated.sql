-- severity: critical
-- description: Er staat een cijfer of een bereik, nooit geen van beide.
-- on_failure: De query noemt de rijen van kpi_stated_value die niet kloppen: herstel het model
--   kpi_stated_value of de levering erachter en start opnieuw.
select
    kpi_id,
    period
from own
where stated_value is null and (stated_low is null or stated_high is null)
