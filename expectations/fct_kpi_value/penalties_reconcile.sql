-- type: reconciles
-- severity: critical
-- kpi: penalty_warm_contact
-- description: Aansluiting dwangsommen: elke last van meer dan 50.000 euro telt in het jaar van
--   ontvangst, of is weggelaten omdat het een andere zaak is, het bedrag ontbreekt of niet hoger
--   is, of zij na de peildatum is ontvangen.
-- equal: sample_size, denominator, numerator
-- every: stg_case_system__cases
select
    record.received_on as day,
    1 as denominator,
    record.explained_on <= run.as_of as numerator,
    case
        when coalesce(record.case_type, '') <> 'last_onder_dwangsom' then 'andere zaak'
        when record.amount_eur is null then 'zonder bedrag'
        when record.amount_eur <= 50000 then 'tot en met 50.000 euro'
    end as left_out
from warehouse.staging.stg_case_system__cases as record
cross join run
