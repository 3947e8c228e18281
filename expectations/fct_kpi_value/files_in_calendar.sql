-- severity: warning
-- kpi: procurement_lawfulness
-- description: De toetsing van elk dossier ligt in de kalender; een dag daarbuiten is een fout
--   in de levering en telt niet mee in het aantal onrechtmatige dossiers.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van procurement en laat ze in de bron
--   herstellen of verklaren.
select file_id
from warehouse.staging.stg_procurement__files
where tested_on not in (
    select date from warehouse.intermediate.int_calendar
    where is_reviewed
)
