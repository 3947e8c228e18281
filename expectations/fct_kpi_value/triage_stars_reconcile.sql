-- type: reconciles
-- severity: critical
-- kpi: triage_satisfaction
-- description: Aansluiting Triage Leefomgeving: het gemiddelde van elk jaar is de som van de
--   sterren gedeeld door het aantal responsen.
-- equal: sample_size, denominator, mean value
select
    surveyed_on as day,
    1 as denominator,
    grade as value
from warehouse.staging.stg_service_survey__grades
where scale_max = 5 and lower(product) = 'triage_leefomgeving'
