-- severity: critical
-- description: Een regel bewaakt een KPI die in dim_kpi staat, en haar eigenaar is die van de
--   KPI.
-- on_failure: De query noemt de rijen van data_quality die niet kloppen: herstel het model
--   data_quality of de levering erachter en start opnieuw.
select own.rule from own left join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where own.kpi_id is not null and own.owner is distinct from dim_kpi.owner
