-- severity: critical
-- description: Het eigen aandeel is in een jaar in elke regio en methode hetzelfde.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
select year from own
group by year
having min(own_share) is distinct from max(own_share) or count(own_share) not in (0, count(*))
