-- severity: critical
-- description: Geen tekst is van na de peildatum.
-- on_failure: De query noemt de rijen van text_readability die niet kloppen: herstel het model
--   text_readability of de levering erachter en start opnieuw.
select text_id from own
where published_on > (select as_of from warehouse.staging.stg_run__context)
