-- severity: critical
-- description: Elk doel hoort bij een KPI die in dim_kpi staat.
-- on_failure: De query noemt de rijen van fct_kpi_target die niet kloppen: herstel het model
--   fct_kpi_target of de levering erachter en start opnieuw.
select kpi_id from own where kpi_id not in (select kpi_id from dim_kpi)
