-- severity: warning
-- kpi: service_rating
-- description: Een gemiddeld cijfer ligt van 1 tot en met 10; zo niet, dan zijn er cijfers
--   buiten hun schaal geleverd.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van service_survey en laat ze in de
--   bron herstellen of verklaren.
select period_start from own
where kpi_id = 'service_rating' and value not between 1 and 10
