-- severity: critical
-- description: Cijfers van actuele bronnen volgen de geldende versie van de definitie.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where own.source_state = 'current' and own.definition_version <> dim_kpi.definition_version
