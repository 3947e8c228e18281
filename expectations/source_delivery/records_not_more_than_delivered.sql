-- severity: critical
-- description: Aansluiting: van elke tabel zijn er niet meer records dan er rijen zijn geleverd,
--   en niet nul als er rijen zijn aanvaard.
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
with files as (
    select
        source,
        table_name,
        sum(rows_delivered) as delivered,
        sum(rows_accepted) as accepted
    from warehouse.staging.stg_run__delivery
    where state <> 'stopped'
    group by all
)

select
    counted.source,
    counted.table_name
from warehouse.staging.stg_run__table as counted
left join files using (source, table_name)
where
    counted.source not in (
        select source from warehouse.staging.stg_run__source
        where state = 'stopped'
    )
    and (
        counted.records > coalesce(files.delivered, 0)
        or (counted.records = 0 and files.accepted > 0)
    )
