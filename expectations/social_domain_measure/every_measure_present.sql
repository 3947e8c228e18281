-- severity: critical
-- description: Elke maatregel en elk jaar van de strategie staan erin.
-- on_failure: De query noemt de rijen van social_domain_measure die niet kloppen: herstel het
--   model social_domain_measure of de levering erachter en start opnieuw.
select
    plan.measure_no,
    plan.year
from warehouse.register.social_domain_plan as plan
where not exists (
    select 1 from own
    where own.measure_no = plan.measure_no and own.year = plan.year
)
