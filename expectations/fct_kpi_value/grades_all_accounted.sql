-- severity: warning
-- kpi: service_rating
-- description: Elke respons telt in een van beide KPI's: op de schaal van 10, of in sterren als
--   het om Triage Leefomgeving gaat; een andere schaal of een cijfer daarbuiten is een fout in de
--   levering.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select response_id from warehouse.staging.stg_service_survey__grades
where
    surveyed_on <= (select as_of from warehouse.staging.stg_run__context)
    and (
        scale_max <> case when lower(product) = 'triage_leefomgeving' then 5 else 10 end
        or grade not between 1 and scale_max
    )
