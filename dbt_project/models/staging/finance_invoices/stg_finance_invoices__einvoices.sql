with latest as (
    {{ latest_version(
        'finance_invoices', 'einvoices', ['factuur_id', 'leverancier_id', 'typecode']
    ) }}
),

renamed as (
    select
        factuur_id as invoice_id,
        leverancier_id as supplier_hash,
        typecode as type_code,
        factuurdatum as invoiced_on,
        vervaldatum as supplier_due_on,
        bedrag_eur as amount,
        upper({{ trimmed('valuta') }}) as currency,
        {{ trimmed('verwijst_naar') }} as refers_to,
        cast({{ local_time('ontvangen_op') }} as date) as received_on
    from latest
)

select
    *,
    -- what is in another currency is never added to euros
    case when currency = 'EUR' then amount end as amount_eur
from renamed
