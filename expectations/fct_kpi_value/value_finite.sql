-- severity: critical
-- description: Een waarde is een eindig getal.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id from own
where not isfinite(value) or not isfinite(numerator) or not isfinite(denominator)
