-- severity: critical
-- description: Een resultaat is bepaald of niet: het staat er niet met en zonder jaar.
-- on_failure: De query noemt de rijen van social_domain_indicator die niet kloppen: herstel het
--   model social_domain_indicator of de levering erachter en start opnieuw.
select
    theme,
    result_no
from own
group by all
having bool_or(year is null) and count(*) > 1
