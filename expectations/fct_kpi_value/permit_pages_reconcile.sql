-- type: reconciles
-- severity: critical
-- kpi: permit_pages_b1
-- description: Aansluiting vergunningpagina's: elke beoordeelde vergunningpagina telt één keer
--   mee in haar jaar; weggelaten zijn alleen pagina's van minder dan 50 woorden, pagina's die niet
--   te beoordelen zijn, dubbele en pagina's van na de peildatum.
-- equal: sample_size, denominator, numerator
with judged as (
    select
        score.text_id,
        score.text_sha256,
        score.published_on,
        score.is_b1_or_easier,
        score.level,
        page.canonical_url,
        page.delivery_order
    from warehouse.staging.stg_text_corpus__scores as score
    inner join warehouse.staging.stg_text_corpus__texts as page
        on score.text_id = page.text_id and not score.is_pool and page.kind = 'vergunningpagina'
    where
        score.published_on <= (select as_of from run)
),

per_address as (
    select * from judged as mine
    where not exists (
        select 1
        from judged as later
        where
            later.canonical_url = mine.canonical_url
            and (later.published_on, later.delivery_order)
            > (mine.published_on, mine.delivery_order)
    )
),

per_text as (
    select * from per_address as mine
    where not exists (
        select 1
        from per_address as later
        where
            later.text_sha256 = mine.text_sha256
            and (later.published_on, later.delivery_order)
            > (mine.published_on, mine.delivery_order)
    )
)

select
    published_on as day,
    1 as denominator,
    is_b1_or_easier as numerator
from per_text
where level is not null
