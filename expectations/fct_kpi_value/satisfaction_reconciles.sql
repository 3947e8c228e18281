-- type: reconciles
-- severity: critical
-- kpi: website_satisfaction
-- description: Aansluiting tevredenheid: alle reacties op een schaal van 2, 5 of 10 tot en met
--   de peildatum staan per jaar in het totaal, en geen andere.
-- equal: sample_size, denominator, numerator
select
    sent_on as day,
    1 as denominator,
    score >= case scale_max when 2 then 2 when 5 then 4 else 7 end as numerator
from warehouse.staging.stg_klant_in_focus__responses
where scale_max in (2, 5, 10)
