-- severity: critical
-- description: Een regel waaraan is voldaan heeft geen afwijkingen.
-- on_failure: De query noemt de rijen van data_quality die niet kloppen: herstel het model
--   data_quality of de levering erachter en start opnieuw.
select rule from own
where passed and failing_rows > 0
