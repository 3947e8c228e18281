-- type: reconciles
-- severity: critical
-- kpi: b1_share
-- description: Aansluiting van wat niet beoordeeld is: naast elk aandeel staat not_judged, en
--   samen met de teksten die apart of in een blok zijn beoordeeld zijn dat alle teksten van het
--   jaar, dubbele eenmaal.
-- equal: denominator, numerator
-- part: measure not_judged
with texts as (
    select
        score.text_id,
        score.text_sha256,
        score.published_on,
        text.canonical_url,
        text.delivery_order,
        (score.level is null or score.words < 100) and score.in_pool is null as is_left_out
    from warehouse.staging.stg_text_corpus__scores as score
    inner join
        warehouse.staging.stg_text_corpus__texts as text
        on score.text_id = text.text_id and not score.is_pool
    where
        score.published_on <= (select as_of from run)
),

per_address as (
    select * from texts as mine
    where not exists (
        select 1
        from texts as later
        where
            later.canonical_url = mine.canonical_url
            and (later.published_on, later.delivery_order)
            > (mine.published_on, mine.delivery_order)
    )
)

select
    published_on as day,
    1 as denominator,
    is_left_out as numerator
from per_address as mine
where
    not exists (
        select 1
        from per_address as later
        where
            later.text_sha256 = mine.text_sha256
            and (later.published_on, later.delivery_order)
            > (mine.published_on, mine.delivery_order)
    )
