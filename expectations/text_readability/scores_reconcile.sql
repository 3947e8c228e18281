-- severity: critical
-- description: Aansluiting: elke tekst die tot en met de peildatum te beoordelen was staat in de
--   tabel en geen andere.
-- on_failure: De query noemt de rijen van text_readability die niet kloppen: herstel het model
--   text_readability of de levering erachter en start opnieuw.
with scored as (
    select text_id
    from warehouse.staging.stg_text_corpus__scores
    where refusal is null and published_on <= (select as_of from warehouse.staging.stg_run__context)
)

select text_id from own full join scored using (text_id)
where own.text_id is null or scored.text_id is null
