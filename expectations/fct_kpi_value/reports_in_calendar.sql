-- severity: warning
-- kpi: public_space_feedback_lag
-- description: De afmelding van elke melding ligt in de kalender; een dag daarbuiten is een fout
--   in de levering en telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van fixi en laat ze in de bron
--   herstellen of verklaren.
select report_id
from warehouse.staging.stg_fixi__reports
where told_on not in (
    select date from warehouse.intermediate.int_calendar
    where is_reviewed
)
