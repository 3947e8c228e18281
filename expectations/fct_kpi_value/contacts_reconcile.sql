-- type: reconciles
-- severity: critical
-- kpi: kcc_contact_share
-- description: Aansluiting klantcontacten: elk contact telt in het jaar waarin het begon,
--   behalve wat na de peildatum begon.
-- equal: sample_size, denominator, numerator
-- every: stg_customer_contact__contacts
select
    started_on as day,
    1 as denominator,
    is_handled_by_kcc as numerator,
    null as left_out
from warehouse.staging.stg_customer_contact__contacts
