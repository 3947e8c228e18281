-- severity: critical
-- description: Een doel eindigt niet voordat het begint.
-- on_failure: De query noemt de rijen van fct_kpi_target die niet kloppen: herstel het model
--   fct_kpi_target of de levering erachter en start opnieuw.
select kpi_id from own
where period_end < period_start
