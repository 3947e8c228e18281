-- severity: critical
-- description: Elke periode begint op een dag van dim_date.
-- on_failure: De query noemt de rijen van fct_kpi_total die niet kloppen: herstel het model
--   fct_kpi_total of de levering erachter en start opnieuw.
select kpi_id from own
where date_key not in (select date_key from dim_date)
