-- severity: critical
-- description: Van een verborgen cijfer staat er geen teller, noemer of waarde.
-- on_failure: De query noemt de rijen van fct_kpi_part die niet kloppen: herstel het model
--   fct_kpi_part of de levering erachter en start opnieuw.
select kpi_id from own
where is_suppressed and coalesce(numerator, denominator, value) is not null
