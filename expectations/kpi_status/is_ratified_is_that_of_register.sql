-- severity: critical
-- description: Bekrachtigd is een KPI als dim_kpi zegt door wie en wanneer.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where own.is_ratified is distinct from (dim_kpi.ratified_on is not null)
