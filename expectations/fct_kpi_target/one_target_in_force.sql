-- severity: critical
-- description: Op elke dag geldt van een KPI ten hoogste één doel van dezelfde soort.
-- on_failure: De query noemt de rijen van fct_kpi_target die niet kloppen: herstel het model
--   fct_kpi_target of de levering erachter en start opnieuw.
select one.kpi_id from own as one
inner join own as other
    on one.kpi_id = other.kpi_id and one.kind = other.kind and one.period_start < other.period_start
where one.period_end is null or one.period_end >= other.period_start
