-- type: reconciles
-- severity: critical
-- kpi: service_rating
-- description: Aansluiting waardering: het gemiddelde van elk jaar is de som van de cijfers op
--   de schaal van 10 gedeeld door hun aantal.
-- equal: sample_size, denominator, mean value
select
    surveyed_on as day,
    1 as denominator,
    grade as value
from warehouse.staging.stg_service_survey__grades
where scale_max = 10 and lower(product) <> 'triage_leefomgeving'
