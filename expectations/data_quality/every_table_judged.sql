-- severity: critical
-- description: Elke gepubliceerde tabel is beoordeeld en er is geen andere tabel beoordeeld.
-- on_failure: De query noemt de rijen van data_quality die niet kloppen: herstel het model
--   data_quality of de levering erachter en start opnieuw.
with tables as (
    select table_name from information_schema.tables
    where table_catalog = 'mart' and table_schema = 'main'
),

judged as (select distinct table_name from own)

select table_name from tables full join judged using (table_name)
where tables.table_name is null or judged.table_name is null
