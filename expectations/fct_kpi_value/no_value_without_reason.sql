-- severity: critical
-- description: Een waarde ontbreekt alleen als het cijfer is afgeschermd of als er niets te
--   tellen was.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id from own
where value is null and not is_suppressed and coalesce(denominator, sample_size, 0) <> 0
