with latest as (
    {{ latest_version(
        'finance_invoices', 'incoming', ['factuur_id', 'leverancier_id', 'typecode']
    ) }}
),

department_names as (
    {{ first_spelling('finance_invoices', 'incoming', 'afdeling') }}
)

select
    latest.factuur_id as invoice_id,
    latest.leverancier_id as supplier_hash,
    department_names.name as department,
    latest.typecode as type_code,
    latest.factuurdatum as invoiced_on,
    latest.ontvangen_op as received_on,
    latest.vervaldatum as supplier_due_on,
    latest.betaald_op as paid_on,
    latest.bedrag_eur as amount_eur,
    coalesce(latest.in_geschil, false) as is_disputed
from latest
left join department_names on {{ code('latest.afdeling') }} = department_names.code
