-- type: reconciles
-- severity: critical
-- kpi: website_accessibility
-- description: Aansluiting toegankelijkheid: alle getoetste pagina's tot en met de peildatum
--   staan per jaar in de noemer en die zonder fouten in de teller.
-- equal: sample_size, denominator, numerator
select
    audited_on as day,
    1 as denominator,
    failures_a = 0 and failures_aa = 0 as numerator
from warehouse.staging.stg_accessibility_audit__pages
