-- severity: critical
-- description: Elk cijfer van het register staat erin zoals het document het noemt; een
--   berekening verandert het nooit.
-- on_failure: De query noemt de rijen van kpi_stated_value die niet kloppen: herstel het model
--   kpi_stated_value of de levering erachter en start opnieuw.
select
    stated.kpi_id,
    stated.period
from warehouse.register.kpi_published_value as stated
left join own
    on
        stated.kpi_id = own.kpi_id and stated.period = own.period
        and coalesce(stated.dimension_value, 'total') = own.dimension_value
where
    own.kpi_id is null
    or own.stated_value is distinct from cast(stated.value as double)
    or own.stated_low is distinct from stated.value_low
    or own.stated_high is distinct from stated.value_high
