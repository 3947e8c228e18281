-- severity: critical
-- description: Een resultaat zonder indicator heeft geen jaar, geen waarde en geen eenheid, dus
--   ook geen 0.
-- on_failure: De query noemt de rijen van social_domain_indicator die niet kloppen: herstel het
--   model social_domain_indicator of de levering erachter en start opnieuw.
select
    theme,
    result_no
from own
where (year is null) <> (value is null) or (year is null and unit is not null)
