-- severity: critical
-- description: Elke mijlpaal van het register staat erin en geen andere.
-- on_failure: De query noemt de rijen van milestone die niet kloppen: herstel het model
--   milestone of de levering erachter en start opnieuw.
select coalesce(own.milestone_id, register.milestone_id) as milestone_id
from own full join warehouse.register.milestone_register as register
    on own.milestone_id = register.milestone_id
where own.milestone_id is null or register.milestone_id is null
