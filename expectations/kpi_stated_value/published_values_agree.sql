-- severity: warning
-- description: Waar een document en de berekening over hetzelfde jaar gaan, zijn zij gelijk,
--   afgerond zoals het document; zo niet, dan staan zij naast elkaar en moet iemand het verschil
--   verklaren.
-- source: Afronding: de helft van de laatste decimaal die het document noemt.
-- on_failure: Bekijk de rijen die de query op kpi_stated_value noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select
    kpi_id,
    period,
    dimension_value,
    stated_value,
    computed_value
from own
where not is_same
