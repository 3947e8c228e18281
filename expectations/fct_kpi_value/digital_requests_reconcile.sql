-- type: reconciles
-- severity: critical
-- kpi: digital_self_service_share
-- description: Aansluiting digitale aanvragen: elke aanvraag van een product dat digitaal kan,
--   telt in het jaar van ontvangst, of is weggelaten omdat het een andere zaak is, digitaal niet
--   kan of zij na de peildatum is ontvangen.
-- equal: sample_size, denominator, numerator
-- every: stg_case_system__cases
select
    received_on as day,
    1 as denominator,
    channel = 'digitaal' as numerator,
    case
        when coalesce(case_type, '') <> 'aanvraag' then 'andere zaak'
        when not is_digital_possible then 'kan niet digitaal'
    end as left_out
from warehouse.staging.stg_case_system__cases
