-- severity: critical
-- description: Van een verborgen cijfer staat ook de eerste waarde er niet.
-- on_failure: De query noemt de rijen van rapport_kpi_reeks die niet kloppen: herstel het model
--   rapport_kpi_reeks of de levering erachter en start opnieuw.
select own."Sleutel" from own
where own."Verborgen" = 'ja' and (
    own."Eerste waarde" is not null
    or own."Ondergrens" is not null or own."Bovengrens" is not null
)
