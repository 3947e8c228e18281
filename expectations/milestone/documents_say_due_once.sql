-- severity: warning
-- description: De documenten noemen voor elke mijlpaal één moment; zo niet, dan staat in de
--   omschrijving welk moment wij aanhouden.
-- on_failure: Bekijk de rijen die de query op milestone noemt en vraag de eigenaar van de bron
--   of ze kloppen.
select
    milestone_id,
    due,
    due_stated_otherwise
from warehouse.register.milestone_register
where due_stated_otherwise is not null
