-- severity: critical
-- description: B1 of eenvoudiger is waar bij niveau A of B1, onwaar bij B2 of C en leeg als er
--   geen niveau is.
-- on_failure: De query noemt de rijen van text_readability die niet kloppen: herstel het model
--   text_readability of de levering erachter en start opnieuw.
select text_id from own
where is_b1_or_easier is distinct from case when level is not null then level in ('A', 'B1') end
