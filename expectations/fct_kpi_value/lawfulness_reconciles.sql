-- type: reconciles
-- severity: critical
-- kpi: procurement_lawfulness
-- description: Aansluiting rechtmatigheid: alle getoetste dossiers tot en met de peildatum staan
--   per jaar in de noemer en de rechtmatige in de teller.
-- equal: sample_size, denominator, numerator
select
    tested_on as day,
    1 as denominator,
    judgement = 'rechtmatig' as numerator
from warehouse.staging.stg_procurement__files
