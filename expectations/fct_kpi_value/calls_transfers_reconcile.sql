-- type: reconciles
-- severity: critical
-- kpi: phone_reached
-- description: Directe en doorverbonden gesprekken staan per jaar apart: direct met wat is
--   opgenomen, doorverbonden met wat is gelukt.
-- equal: denominator, numerator
-- part: transfer
select
    started_on as day,
    case when is_transferred then 'transferred' else 'direct' end as dimension_value,
    1 as denominator,
    case when is_transferred then is_transfer_successful else is_answered end as numerator
from warehouse.staging.stg_customer_contact__contacts
where channel = 'telefoon' and (is_transferred or is_answered is not null)
