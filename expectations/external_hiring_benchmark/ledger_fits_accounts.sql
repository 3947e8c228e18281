-- severity: warning
-- description: De eigen boekhouding en de jaarrekening van een jaar verschillen ten hoogste een
--   half punt; zo niet, dan telt een van beide iets anders en is navraag nodig.
-- on_failure: Bekijk de rijen die de query op external_hiring_benchmark noemt en vraag de
--   eigenaar van de bron of ze kloppen.
select distinct
    year,
    ledger_difference
from own
where abs(ledger_difference) > 0.5
