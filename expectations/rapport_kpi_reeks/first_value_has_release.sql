-- severity: critical
-- description: Bij een waarde staat de eerste waarde en de uitgave waarin die stond.
-- on_failure: De query noemt de rijen van rapport_kpi_reeks die niet kloppen: herstel het model
--   rapport_kpi_reeks of de levering erachter en start opnieuw.
select own."Sleutel" from own
where (own."Eerste waarde" is null) <> (own."Eerste uitgave" is null)
