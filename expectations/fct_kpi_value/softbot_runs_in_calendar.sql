-- severity: warning
-- kpi: softbot_cases
-- description: De start van elke run ligt in de kalender; een dag daarbuiten is een fout in de
--   levering en telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van softbot_log en laat ze in de bron
--   herstellen of verklaren.
select run_id
from warehouse.staging.stg_softbot_log__runs
where started_on not in (
    select date from warehouse.intermediate.int_calendar
    where is_reviewed
)
