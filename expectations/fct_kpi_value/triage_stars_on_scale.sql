-- severity: warning
-- kpi: triage_satisfaction
-- description: Een gemiddeld aantal sterren ligt van 1 tot en met 5; zo niet, dan zijn er
--   sterren buiten hun schaal geleverd.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van service_survey en laat ze in de
--   bron herstellen of verklaren.
select period_start from own
where kpi_id = 'triage_satisfaction' and value not between 1 and 5
