-- type: reconciles
-- severity: critical
-- kpi: website_text_clarity
-- description: Aansluiting begrijpelijkheid: alle ja- en nee-stemmen op de vraag
--   teksten_begrijpelijk tot en met de peildatum staan per jaar in het totaal, en geen andere.
-- equal: sample_size, denominator, numerator
select
    sent_on as day,
    1 as denominator,
    answer = 'ja' as numerator
from warehouse.staging.stg_website_feedback__votes
where question = 'teksten_begrijpelijk' and answer in ('ja', 'nee')
