-- severity: critical
-- description: Op de lijst staan precies zoveel e-facturen als er op de peildatum zijn die, naar
--   leverancier, nummer en typecode, niet in de administratie staan.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

wanted as (
    select count(*) as items
    from warehouse.staging.stg_finance_invoices__einvoices as einvoice
    cross join run
    where coalesce(einvoice.received_on, einvoice.invoiced_on) <= run.as_of and not exists (
        select 1 from warehouse.staging.stg_finance_invoices__incoming as ledger
        where
            ledger.invoice_id = einvoice.invoice_id
            and ledger.supplier_hash = einvoice.supplier_hash
            and ledger.type_code = einvoice.type_code
    )
)

select items from wanted
where items <> (
    select count(*) from own
    where list = 'invoices_unseen'
)
