-- severity: critical
-- description: Geen periode begint na de peildatum.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id from own
where period_start > as_of
