-- type: reconciles
-- severity: critical
-- kpi: business_climate_rating
-- description: Aansluiting ondernemersklimaat: het cijfer van elk jaar is het geleverde cijfer,
--   onveranderd.
-- equal: value
select
    try(make_date(year, 1, 1)) as day,
    grade as value
from warehouse.staging.stg_external_survey__scores
where survey = 'ondernemersklimaat'
