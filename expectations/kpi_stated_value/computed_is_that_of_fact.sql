-- severity: critical
-- description: Het berekende cijfer is dat van fct_kpi_value, en een verborgen cijfer staat er
--   ook hier niet.
-- on_failure: De query noemt de rijen van kpi_stated_value die niet kloppen: herstel het model
--   kpi_stated_value of de levering erachter en start opnieuw.
select
    own.kpi_id,
    own.period
from own
where own.computed_value is not null and not exists (
    select 1 from fct_kpi_value as figure
    where
        figure.kpi_id = own.kpi_id and figure.period_grain = 'year'
        and cast(year(figure.period_start) as varchar) = own.period
        and figure.value = own.computed_value and not figure.is_suppressed
)
