-- severity: critical
-- description: Een doel in procenten ligt van 0 tot en met 100.
-- on_failure: De query noemt de rijen van fct_kpi_target die niet kloppen: herstel het model
--   fct_kpi_target of de levering erachter en start opnieuw.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where dim_kpi.unit = 'percent' and own.target_value not between 0 and 100
