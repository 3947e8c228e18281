-- severity: critical
-- description: Per jaar en regio staan de drie methoden naast elkaar, over hetzelfde aantal
--   gemeenten.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
select
    year,
    region
from own
group by year, region
having count(*) <> 3 or min(municipalities) <> max(municipalities)
