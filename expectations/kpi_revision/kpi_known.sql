-- severity: critical
-- description: Een herziening hoort bij een KPI van dim_kpi; een KPI die verviel is een andere
--   definitie.
-- on_failure: De query noemt de rijen van kpi_revision die niet kloppen: herstel het model
--   kpi_revision of de levering erachter en start opnieuw.
select own.kpi_id from own
where
    own.kpi_id not in (select kpi_id from dim_kpi)
    and (own.new_value is not null or own.cause <> 'definition')
