-- severity: critical
-- description: De KPI of mijlpaal waarover het gaat bestaat.
-- on_failure: De query noemt de rijen van document_contradiction die niet kloppen: herstel het
--   model document_contradiction of de levering erachter en start opnieuw.
select
    subject,
    item_id
from own
where
    (subject = 'kpi' and item_id not in (select kpi_id from dim_kpi))
    or (subject = 'mijlpaal' and item_id not in (select milestone_id from milestone))
