-- severity: warning
-- kpi: service_award_nominations
-- description: De peildatum van elke stand ligt in de kalender; een dag daarbuiten is een fout
--   in de levering en telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van programme_register en laat ze in de
--   bron herstellen of verklaren.
select counter
from warehouse.staging.stg_programme_register__counters
where counted_on not in (
    select date from warehouse.intermediate.int_calendar
    where is_reviewed
)
