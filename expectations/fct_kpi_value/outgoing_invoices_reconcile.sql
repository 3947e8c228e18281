-- type: reconciles
-- severity: critical
-- kpi: invoices_with_qr
-- description: Aansluiting verzonden facturen: elke factuur telt in het jaar van verzenden,
--   behalve wat na de peildatum is verzonden.
-- equal: sample_size, denominator, numerator
-- every: stg_finance_invoices__outgoing
select
    sent_on as day,
    1 as denominator,
    has_qr_code as numerator,
    null as left_out
from warehouse.staging.stg_finance_invoices__outgoing
