-- severity: critical
-- description: Aansluiting: elk geleverd record is precies één keer ingelezen, in zijn laatste
--   versie.
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
select
    counted.source,
    counted.table_name
from warehouse.staging.stg_run__table as counted
full join warehouse.intermediate.int_staged_table as staged using (source, table_name)
where staged.records is distinct from counted.records
