{# Which texts the KPIs about the level of texts count.
   Not here: how a text is scored (the ingest) and what a KPI makes of it. #}

{# The records of kpi_share for the judged texts that meet `condition`, with channel, team, views
   and views_of_easy_texts. Of one address only the latest page counts, whatever was on it before;
   of what is left one text counts once, wherever it stands; what is too short to judge is left out. #}
{% macro counted_texts(condition='true') %}
    with published as (
        select
            scores.text_id,
            scores.is_pool,
            scores.published_on,
            scores.channel,
            scores.level,
            scores.is_b1_or_easier,
            case when not scores.is_pool then scores.text_sha256 end as text_sha256,
            texts.canonical_url,
            texts.team,
            texts.kind,
            texts.views,
            texts.delivery_order
        from {{ ref('stg_text_corpus__scores') }} as scores
        left join {{ ref('stg_text_corpus__texts') }} as texts
            on scores.text_id = texts.text_id and not scores.is_pool
        where scores.published_on <= {{ as_of() }}
    ),

    latest_of_address as (
        select *
        from published
        where {{ condition }}
        qualify
            row_number() over (
                partition by coalesce('url ' || canonical_url, 'id ' || text_id)
                order by published_on desc, delivery_order desc, text_id desc
            ) = 1
    ),

    -- a pool of short messages is never a duplicate
    latest_of_text as (
        select *
        from latest_of_address
        qualify
            row_number() over (
                partition by is_pool, coalesce(text_sha256, text_id)
                order by published_on desc, delivery_order desc, text_id desc
            ) = 1
    ),

    -- a pool was seen as often as the messages in it
    views_of_pools as (
        select
            scores.in_pool as text_id,
            sum(texts.views) as views
        from {{ ref('stg_text_corpus__scores') }} as scores
        inner join {{ ref('stg_text_corpus__texts') }} as texts on scores.text_id = texts.text_id
        where scores.in_pool is not null and scores.published_on <= {{ as_of() }}
        group by scores.in_pool
    )

    select
        counted.text_id,
        counted.is_pool,
        counted.kind,
        counted.published_on as event_date,
        counted.channel,
        counted.team,
        case when counted.is_b1_or_easier then 1 else 0 end as numerator,
        1 as denominator,
        coalesce(counted.views, pools.views) as views,
        case when counted.is_b1_or_easier then coalesce(counted.views, pools.views) else 0 end
            as views_of_easy_texts
    from latest_of_text as counted
    left join views_of_pools as pools on counted.text_id = pools.text_id
    -- too short to judge: no text of its own, but in a pool
    where counted.level is not null
{% endmacro %}
