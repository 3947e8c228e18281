-- severity: critical
-- description: Het verschil is het eigen aandeel min dat van de regio.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
select year from own
where
    (difference is null) <> (own_share is null or region_share is null)
    or abs(difference - (own_share - region_share)) > 1e-9
