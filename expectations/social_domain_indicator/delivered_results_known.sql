-- severity: warning
-- description: Elk geleverd resultaat staat in de strategie; een ander thema of nummer is een
--   fout in de levering en staat er zonder richting.
-- on_failure: Bekijk de rijen die de query op social_domain_indicator noemt en vraag de eigenaar
--   van de bron of ze kloppen.
select
    theme,
    result_no
from own
where direction is null
