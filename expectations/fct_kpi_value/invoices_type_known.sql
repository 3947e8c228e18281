-- severity: warning
-- kpi: invoices_paid_30d
-- description: De typecode van een factuur is 380, 381 of 384; een andere telt mee als factuur.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van finance_invoices en laat ze in de
--   bron herstellen of verklaren.
select invoice_id
from warehouse.staging.stg_finance_invoices__incoming
where type_code not in (380, 381, 384)
