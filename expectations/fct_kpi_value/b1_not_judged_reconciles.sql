-- severity: critical
-- kpi: b1_share
-- description: Aansluiting van wat niet beoordeeld is: naast elk aandeel staat not_judged, en
--   samen met de teksten die apart of in een blok zijn beoordeeld zijn dat alle teksten van het
--   jaar, dubbele eenmaal.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_b1_share naast de records van text_corpus, herstel het model of de levering en start
--   opnieuw.
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
        score.published_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'text_corpus' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
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
),

used as (
    select
        cast(date_trunc('year', published_on) as date) as period_start,
        count(*) as texts,
        count(*) filter (where is_left_out) as left_out
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
    group by 1
),

shown as (
    select
        period_start,
        numerator,
        denominator
    from own
    where
        kpi_id = 'b1_share'
        and period_grain = 'year'
        and dimension_value = 'not_judged'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    used.texts is distinct from shown.denominator or used.left_out is distinct from shown.numerator
