-- severity: critical
-- description: Elk cijfer hoort bij een KPI die in dim_kpi staat.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own where own.kpi_id not in (select kpi_id from dim_kpi)
