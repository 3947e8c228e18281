-- severity: critical
-- kpi: permit_pages_b1
-- description: Aansluiting vergunningpagina's: elke beoordeelde vergunningpagina telt één keer
--   mee in haar jaar; weggelaten zijn alleen pagina's van minder dan 50 woorden, pagina's die niet
--   te beoordelen zijn, dubbele en pagina's van na de peildatum.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_permit_pages_b1 naast de records van text_corpus, herstel het model of de levering en
--   start opnieuw.
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
        score.published_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'text_corpus' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
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
),

used as (
    select
        cast(date_trunc('year', published_on) as date) as period_start,
        count(*) as records,
        count(*) filter (where is_b1_or_easier) as met
    from per_text
    where level is not null
    group by 1
),

shown as (
    select
        period_start,
        sample_size,
        numerator,
        denominator,
        is_suppressed
    from own
    where
        kpi_id = 'permit_pages_b1'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    shown.sample_size is null or shown.sample_size <> coalesce(used.records, 0)
    or shown.denominator <> coalesce(used.records, 0) or shown.numerator <> coalesce(used.met, 0)
