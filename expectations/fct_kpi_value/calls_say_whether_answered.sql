-- severity: warning
-- kpi: phone_reached
-- description: Van elk telefoongesprek is bekend of het is opgenomen; zo niet, dan telt het niet
--   mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van customer_contact en laat ze in de
--   bron herstellen of verklaren.
select contact_id
from warehouse.staging.stg_customer_contact__contacts
where channel = 'telefoon' and is_answered is null
