-- severity: warning
-- kpi: mijndronten_users
-- description: Elke inlog ligt in de kalender; een dag daarbuiten is een fout in de levering en
--   telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van mijndronten en laat ze in de bron
--   herstellen of verklaren.
select login_id
from warehouse.staging.stg_mijndronten__logins
where logged_in_on not in (
    select date from warehouse.intermediate.int_calendar
    where is_reviewed
)
