select
    factuur_id as invoice_id,
    verzonden_op as sent_on,
    qr_code as has_qr_code
from ({{ latest_version('finance_invoices', 'outgoing', ['factuur_id']) }})
