-- severity: critical
-- description: Een periode begint op de eerste dag van haar maand, kwartaal of jaar.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id from own
where period_start <> cast(date_trunc(period_grain, period_start) as date)
