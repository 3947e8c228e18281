-- severity: warning
-- description: Nummers die een systeem zonder gaten uitgeeft, zijn er allemaal; de toelichting
--   bij het laatste bestand noemt wat ontbreekt.
-- on_failure: Bekijk de rijen die de query op source_delivery noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select
    source,
    table_name,
    first,
    last,
    missing
from warehouse.staging.stg_run__gap
where kind = 'number'
