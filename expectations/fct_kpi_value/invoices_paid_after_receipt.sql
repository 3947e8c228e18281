-- severity: warning
-- kpi: invoices_paid_30d
-- description: Geen factuur is betaald voordat zij is ontvangen; zo wel, dan klopt een van beide
--   datums niet en telt zij als op tijd.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van finance_invoices en laat ze in de
--   bron herstellen of verklaren.
select invoice_id from warehouse.staging.stg_finance_invoices__incoming
where paid_on < received_on
