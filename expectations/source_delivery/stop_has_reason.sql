-- severity: critical
-- description: Bij elk bestand dat een bron stopte staat de reden.
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
select file_name from own
where state = 'stopped' and coalesce(note, '') = ''
