-- severity: critical
-- description: Van elk bestand is de vingerafdruk (SHA-256) bekend, tenzij het niet te openen
--   was en de bron stopte.
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
select file_name from own
where sha256 is null and state <> 'stopped'
