-- type: reconciles
-- severity: critical
-- kpi: b1_share
-- description: Aansluiting B1: elke beoordeelde tekst telt één keer mee in zijn jaar; weggelaten
--   zijn alleen te korte teksten, dubbele en teksten van na de peildatum.
-- equal: sample_size, denominator, numerator
with judged as (
    select
        score.text_id,
        score.is_pool,
        score.text_sha256,
        score.published_on,
        score.is_b1_or_easier,
        score.is_pool or score.words >= 100 as is_long,
        score.level,
        text.canonical_url,
        coalesce(text.delivery_order, 0) as delivery_order
    from warehouse.staging.stg_text_corpus__scores as score
    left join warehouse.staging.stg_text_corpus__texts as text
        on score.text_id = text.text_id and not score.is_pool
    where
        score.published_on <= (select as_of from run)
),

per_address as (
    select * from judged as mine
    where not exists (
        select 1 from judged as later
        where
            later.canonical_url = mine.canonical_url
            and (later.published_on, later.delivery_order)
            > (mine.published_on, mine.delivery_order)
    )
),

per_text as (
    select * from per_address as mine
    where mine.is_pool or not exists (
        select 1 from per_address as later
        where
            later.text_sha256 = mine.text_sha256 and not later.is_pool
            and (later.published_on, later.delivery_order)
            > (mine.published_on, mine.delivery_order)
    )
)

select
    published_on as day,
    1 as denominator,
    is_b1_or_easier as numerator
from per_text
where level is not null and is_long
