-- severity: critical
-- description: De twee lezingen zijn verschillend; anders is er geen tegenspraak.
-- on_failure: De query noemt de rijen van document_contradiction die niet kloppen: herstel het
--   model document_contradiction of de levering erachter en start opnieuw.
select
    subject,
    item_id
from own
where one_reading = other_reading
