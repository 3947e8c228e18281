-- severity: warning
-- kpi: business_climate_rating
-- description: Het cijfer en het landelijk gemiddelde liggen van 1 tot en met 10; zo niet, dan
--   is de levering fout.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van external_survey en laat ze in de
--   bron herstellen of verklaren.
select period_start from own
where kpi_id = 'business_climate_rating' and value not between 1 and 10
