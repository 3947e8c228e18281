-- severity: critical
-- description: Van een periode die nog loopt staat in cijfers over mensen alleen het totaal: een
--   uitsplitsing die nog verandert zou kleine groepen laten uitrekenen.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own
inner join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
where register.is_about_people and own.is_provisional and own.dimension not in ('total', 'measure')
