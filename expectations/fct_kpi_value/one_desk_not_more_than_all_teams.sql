-- severity: warning
-- kpi: one_desk_interviews
-- description: Er is niet met meer teams gesproken dan er zijn; zo wel, dan klopt een van beide
--   tellers niet.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van programme_register en laat ze in de
--   bron herstellen of verklaren.
select period_start from own
where kpi_id = 'one_desk_interviews' and numerator > denominator
