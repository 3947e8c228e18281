-- severity: warning
-- description: Elke geleverde tekst is te beoordelen; zo niet, dan ontbreekt het document, is
--   het niet te lezen of is het geen lopende Nederlandse tekst. Zij tellen in not_judged.
-- on_failure: Bekijk de rijen die de query op text_readability noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select text_id from warehouse.staging.stg_text_corpus__texts
where
    published_on <= (select as_of from warehouse.staging.stg_run__context)
    and text_id not in (
        select text_id from warehouse.staging.stg_text_corpus__scores
        where refusal is null
    )
