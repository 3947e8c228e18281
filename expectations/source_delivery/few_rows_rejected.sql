-- severity: warning
-- description: Van geen bestand is meer dan 5 procent van de rijen afgekeurd.
-- source: Eigen keuze: de helft van het verlies waarbij een bron standaard stopt (een tiende).
-- on_failure: Bekijk de rijen die de query op source_delivery noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select file_name
from warehouse.staging.stg_run__delivery
where rows_quarantined > 0.05 * rows_delivered
