-- severity: critical
-- description: De rijen onbekend en geen zijn er altijd.
-- on_failure: De query noemt de rijen van dim_channel die niet kloppen: herstel het model
--   dim_channel of de levering erachter en start opnieuw.
select special.key from (values ('onbekend'), ('geen')) as special (key)
where special.key not in (select channel_key from own)
