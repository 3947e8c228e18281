-- severity: critical
-- description: Een betrouwbaarheidsinterval heeft twee grenzen, met de waarde ertussen.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id from own
where
    (ci_low is null) <> (ci_high is null)
    or (ci_low is not null and (value is null or ci_low > value or ci_high < value))
