-- severity: critical
-- description: De vorige release is een andere dan deze.
-- on_failure: De query noemt de rijen van publication die niet kloppen: herstel het model
--   publication of de levering erachter en start opnieuw.
select release_id from own
where previous_release = release_id
