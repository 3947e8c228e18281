select
    invoice_id,
    supplier_hash,
    -- two suppliers may use one number; told apart without their pseudonyms, which another key
    -- would change and which nobody who acts on the item can read
    case
        when count(*) over (partition by invoice_id) = 1 then invoice_id
        else invoice_id || ' (' || row_number() over (
            partition by invoice_id
            order by received_on, amount_eur, department, paid_on, type_code, is_disputed
        ) || ')'
    end as item_id,
    department,
    received_on,
    cast(received_on + interval 30 day as date) as due_on,
    case when paid_on <= {{ as_of() }} then paid_on end as paid_on,
    amount_eur,
    case
        when type_code = 381 then 'credit_notes'
        when is_disputed then 'disputed'
    end as left_out_as
from {{ ref('stg_finance_invoices__incoming') }}
where received_on <= {{ as_of() }}
