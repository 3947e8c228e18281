-- severity: critical
-- description: Elk cijfer hoort bij een KPI van het register.
-- on_failure: De query noemt de rijen van kpi_stated_value die niet kloppen: herstel het model
--   kpi_stated_value of de levering erachter en start opnieuw.
select kpi_id from own
where kpi_id not in (select kpi_id from dim_kpi)
