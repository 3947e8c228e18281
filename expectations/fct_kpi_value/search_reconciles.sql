-- type: reconciles
-- severity: critical
-- kpi: search_success
-- description: Aansluiting zoeken: alle zoekopdrachten tot en met de peildatum staan per jaar in
--   de noemer en die met een geopend resultaat in de teller.
-- equal: sample_size, denominator, numerator
select
    searched_on as day,
    1 as denominator,
    is_opened as numerator
from warehouse.staging.stg_search_log__searches
