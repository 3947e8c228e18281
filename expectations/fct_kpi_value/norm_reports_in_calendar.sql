-- severity: warning
-- kpi: service_norm_reports
-- description: De ontvangst van elke melding ligt in de kalender; een dag daarbuiten is een fout
--   in de levering en telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van service_norm_reports en laat ze in
--   de bron herstellen of verklaren.
select report_id
from warehouse.staging.stg_service_norm_reports__reports
where received_on not in (
    select date from warehouse.intermediate.int_calendar
    where is_reviewed
)
