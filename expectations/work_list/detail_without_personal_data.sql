-- severity: critical
-- description: In de toelichting staat geen adres van e-mail en geen getal van negen of meer
--   cijfers.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
select item_id
from own
where regexp_matches(detail, '@|[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]')
