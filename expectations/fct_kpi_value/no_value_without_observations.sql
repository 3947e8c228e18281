-- severity: critical
-- description: Zonder waarnemingen is er geen percentage, ook geen 0.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where dim_kpi.unit = 'percent' and own.denominator = 0 and own.value is not null
