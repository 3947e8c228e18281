-- severity: warning
-- description: Voor elk resultaat is een indicator bepaald; zo niet, dan wacht het op een
--   besluit.
-- on_failure: Bekijk de rijen die de query op social_domain_indicator noemt en vraag de eigenaar
--   van de bron of ze kloppen.
select
    theme,
    result_no
from own
where year is null
