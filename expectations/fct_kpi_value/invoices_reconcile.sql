-- type: reconciles
-- severity: critical
-- kpi: invoices_paid_30d
-- description: Aansluiting facturen: elke factuur telt in het jaar van dag 30, of is weggelaten
--   omdat het een creditnota is, zij betwist is, na de peildatum is ontvangen of dag 30 nog moet
--   komen; op tijd is betaald op of voor dag 30.
-- equal: sample_size, denominator, numerator
-- every: stg_finance_invoices__incoming
select
    received_on + 30 as day,
    1 as denominator,
    paid_on <= received_on + 30 as numerator,
    case
        when type_code = 381 then 'creditnota'
        when is_disputed then 'betwist'
    end as left_out
from warehouse.staging.stg_finance_invoices__incoming
