with unseen as (
    select einvoice.*
    from {{ ref('stg_finance_invoices__einvoices') }} as einvoice
    left join {{ ref('stg_finance_invoices__incoming') }} as ledger
        on
            einvoice.invoice_id = ledger.invoice_id
            and einvoice.supplier_hash = ledger.supplier_hash
            and einvoice.type_code = ledger.type_code
    where
        ledger.invoice_id is null
        and coalesce(einvoice.received_on, einvoice.invoiced_on) <= {{ as_of() }}
)

select
    -- one number of two suppliers, or of an invoice and a credit note: told apart as in int_invoice
    case
        when count(*) over (partition by invoice_id) = 1 then invoice_id
        else invoice_id || ' (' || row_number() over (
            partition by invoice_id
            order by invoiced_on, type_code, amount, currency, received_on, refers_to
        ) || ')'
    end as item_id,
    type_code,
    invoiced_on,
    received_on,
    case when type_code <> 381 then received_on + {{ norm('invoice') }} end as due_on,
    amount,
    currency
from unseen
