-- severity: warning
-- description: Elk team en elke afdeling staat op de lijst van de gemeente; een andere naam telt
--   als team of afdeling op zichzelf en hoort op die lijst of bij de andere namen.
-- on_failure: Bekijk de rijen die de query op dim_organisation noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select organisation_nl
from own
where
    kind_nl in ('team', 'afdeling')
    and organisation_nl not in (select name_nl from warehouse.register.organisation)
