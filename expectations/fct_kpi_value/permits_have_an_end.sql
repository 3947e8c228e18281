-- severity: warning
-- kpi: permit_expiry_notice
-- description: Een vergunning eindigt niet voordat zij is ontvangen; zo wel, dan klopt een van
--   beide datums niet en telt zij niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van case_system en laat ze in de bron
--   herstellen of verklaren.
select case_id
from warehouse.staging.stg_case_system__cases
where case_type = 'vergunning' and permit_ends_on < received_on
