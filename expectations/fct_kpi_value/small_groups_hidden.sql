-- severity: critical
-- description: Cijfers over mensen met 1 tot en met 4 records zijn afgeschermd, ook totalen.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own
inner join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
where register.is_about_people and own.sample_size between 1 and 4
