-- type: reconciles
-- severity: critical
-- kpi: phone_reached
-- description: Aansluiting telefoon: elk telefoongesprek telt in het jaar waarin het begon, of
--   is weggelaten omdat niet bekend is of het is opgenomen of omdat het na de peildatum begon;
--   andere kanalen tellen niet mee.
-- equal: sample_size, denominator, numerator
-- every: stg_customer_contact__contacts
select
    started_on as day,
    1 as denominator,
    is_answered as numerator,
    case
        when coalesce(channel, '') <> 'telefoon' then 'ander kanaal'
        when is_answered is null then 'niet bekend'
    end as left_out
from warehouse.staging.stg_customer_contact__contacts
