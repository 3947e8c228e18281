-- severity: critical
-- description: Elk resultaat van de strategie staat erin, ook als er niets gemeten is.
-- on_failure: De query noemt de rijen van social_domain_indicator die niet kloppen: herstel het
--   model social_domain_indicator of de levering erachter en start opnieuw.
select
    result.theme,
    result.result_no
from warehouse.register.social_domain_result as result
where not exists (
    select 1 from own
    where own.theme = result.theme and own.result_no = result.result_no
)
