-- severity: warning
-- kpi: penalty_warm_contact
-- description: Elke last onder dwangsom heeft een bedrag; zonder bedrag is niet te zeggen of zij
--   persoonlijk toegelicht moest worden.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van case_system en laat ze in de bron
--   herstellen of verklaren.
select case_id
from warehouse.staging.stg_case_system__cases
where case_type = 'last_onder_dwangsom' and amount_eur is null
