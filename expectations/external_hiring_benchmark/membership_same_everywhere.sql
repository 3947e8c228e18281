-- severity: critical
-- description: Per jaar en regio is er één indeling, en zij telt ten minste zoveel gemeenten als
--   er opgaven.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
select
    year,
    region
from own
group by year, region
having
    count(distinct membership_version) <> 1 or count(membership_version) <> count(*)
    or max(municipalities) > min(cast(split_part(membership_version, '-', 1) as integer))
