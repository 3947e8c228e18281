-- severity: critical
-- description: Een tekst met een niveau heeft een score, woorden en zinnen.
-- on_failure: De query noemt de rijen van text_readability die niet kloppen: herstel het model
--   text_readability of de levering erachter en start opnieuw.
select text_id from own
where level is not null and (score is null or not isfinite(score) or words < 1 or sentences < 1)
