-- severity: warning
-- description: De documenten zeggen elk doel maar op één manier; zo niet, dan staat de andere
--   lezing erbij (stated_otherwise) en telt die niet mee in de status.
-- on_failure: Bekijk de rijen die de query op fct_kpi_target noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select
    kpi_id,
    period_start,
    comparator,
    target_value
from own
where kind = 'stated_otherwise'
