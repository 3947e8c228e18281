with records as (
    select
        sent_on as event_date,
        case when has_qr_code then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('stg_finance_invoices__outgoing') }}
)

{{ kpi_share('invoices_with_qr', 'records') }}
