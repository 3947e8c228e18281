-- severity: critical
-- description: Aansluiting: van elk gelezen bestand zijn aanvaarde en afgekeurde rijen samen de
--   geleverde rijen, en dat zijn de aantallen die er staan.
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
select file_name from warehouse.staging.stg_run__delivery
where state <> 'stopped' and rows_accepted + rows_quarantined is distinct from rows_delivered
union all
select own.file_name from own inner join warehouse.staging.stg_run__delivery as seen
    on
        own.source = seen.source and own.table_name is not distinct from seen.table_name
        and own.file_name = seen.file_name and own.sha256 is not distinct from seen.sha256
where
    own.source not in (
        select source_system from warehouse.register.kpi_register
        where is_about_people
    )
    and (own.rows_delivered, own.rows_accepted, own.rows_quarantined)
    is distinct from (seen.rows_delivered, seen.rows_accepted, seen.rows_quarantined)
