-- severity: critical
-- description: Van een afgeschermd cijfer is niets te zien: waarde, teller, noemer, aantal en
--   interval zijn leeg.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id from own
where
    is_suppressed
    and coalesce(value, numerator, denominator, sample_size, ci_low, ci_high) is not null
