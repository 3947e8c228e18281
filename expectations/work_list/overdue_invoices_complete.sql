-- severity: critical
-- description: Op de lijst staan precies zoveel facturen als er op de peildatum open zijn na dag
--   30; creditnota's en betwiste facturen niet.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

wanted as (
    select count(*) as items from warehouse.staging.stg_finance_invoices__incoming cross join run
    where
        type_code <> 381
        and not is_disputed
        and received_on + 30 <= as_of
        and (paid_on is null or paid_on > as_of)
)

select items from wanted
where items <> (
    select count(*) from own
    where list = 'invoices_overdue'
)
