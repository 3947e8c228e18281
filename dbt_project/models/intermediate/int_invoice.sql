select
    ledger.invoice_id,
    ledger.supplier_hash,
    -- two suppliers may use one number, and a credit note that of an invoice; told apart without
    -- their pseudonyms, which another key would change and which nobody who acts can read
    case
        when count(*) over (partition by ledger.invoice_id) = 1 then ledger.invoice_id
        else ledger.invoice_id || ' (' || row_number() over (
            partition by ledger.invoice_id
            order by
                ledger.received_on,
                ledger.amount_eur,
                ledger.department,
                ledger.paid_on,
                ledger.type_code,
                ledger.is_disputed
        ) || ')'
    end as item_id,
    ledger.department,
    ledger.received_on,
    ledger.received_on + {{ norm('invoice') }} as due_on,
    -- what the ledger lacks the invoice itself may say
    coalesce(ledger.supplier_due_on, einvoice.supplier_due_on) as supplier_due_on,
    case when ledger.paid_on <= {{ as_of() }} then ledger.paid_on end as paid_on,
    ledger.amount_eur,
    case
        when ledger.type_code = 381 then 'credit_notes'
        when ledger.is_disputed then 'disputed'
    end as left_out_as
from {{ ref('stg_finance_invoices__incoming') }} as ledger
left join {{ ref('stg_finance_invoices__einvoices') }} as einvoice
    on
        ledger.invoice_id = einvoice.invoice_id
        and ledger.supplier_hash = einvoice.supplier_hash
        and ledger.type_code = einvoice.type_code
where ledger.received_on <= {{ as_of() }}
