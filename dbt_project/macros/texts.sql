{# Which texts the KPIs about the level of texts count.
   Not here: how a text is scored (the ingest) and what a KPI makes of it. #}

{# The records of kpi_share for the judged texts that meet `condition`, with channel, team, views,
   views_of_easy_texts and is_uncertain (the instrument gives it 20 to 80 % to be B1 or easier). Of one address only the latest page counts, whatever was on it before;
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
            scores.b1_probability,
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
            as views_of_easy_texts,
        case when counted.b1_probability between 0.2 and 0.8 then 1 else 0 end as is_uncertain
    from latest_of_text as counted
    left join views_of_pools as pools on counted.text_id = pools.text_id
    -- too short to judge: no text of its own, but in a pool
    where counted.level is not null
{% endmacro %}

{# The share of B1 or easier with its breakdowns, and beside it as a measure:
     weighted_by_views, uncertain (texts that the instrument cannot decide about), and corrected:
     the share without the errors of the instrument, where the levels were cut by a calibration.
   `records` is a relation that counted_texts gave. #}
{% macro b1_figures(kpi_id, records, breakdowns=[]) %}
    select *
    from ({{ kpi_share(
        kpi_id,
        records,
        breakdowns=breakdowns,
        measures=[
            {'name': 'weighted_by_views', 'numerator': 'views_of_easy_texts', 'denominator': 'views'},
            {'name': 'uncertain', 'numerator': 'is_uncertain', 'denominator': 'denominator'},
        ]
    ) }}) as figures

    union all by name
    select *
    from ({{ corrected_share(kpi_id, records) }}) as corrected
{% endmacro %}

{# The share corrected for errors of the instrument: (share + specificity - 1) / (sensitivity +
   specificity - 1), cut off at 0 and 100 (Rogan & Gladen 1978), with the 95 % interval of Lang &
   Reiczigel (2014), which counts the errors in sensitivity and specificity themselves. z as in
   wilson_bound. Only the total; without a calibration no rows. #}
{% macro corrected_share(kpi_id, records) %}
    with calibration as (
        select
            max(easy_texts) as n_easy,
            max(easy_found) as found_easy,
            max(hard_texts) as n_hard,
            max(hard_found) as found_hard
        from {{ ref('stg_text_corpus__scores') }}
        -- of texts that kept the level of an earlier method the errors are not known
        having bool_and(calibration is not null) and count(distinct calibration) = 1
    ),

    totals as (
        select *
        from ({{ kpi_totals(kpi_id, records) }})
        where dimension = 'total' and denominator > 0
    ),

    measured as (
        select
            totals.period_grain,
            totals.period_start,
            totals.denominator,
            totals.sample_size,
            cast(totals.numerator as double) / cast(totals.denominator as double) as share,
            cast(calibration.found_easy as double) / calibration.n_easy as sensitivity,
            cast(calibration.found_hard as double) / calibration.n_hard as specificity,
            -- the same, moved a little to the middle, for the interval
            (cast(totals.numerator as double) + 1.920729410347062e0)
            / (cast(totals.denominator as double) + 3.841458820694124e0) as share_,
            (calibration.found_easy + 1e0) / (calibration.n_easy + 2) as sensitivity_,
            (calibration.found_hard + 1e0) / (calibration.n_hard + 2) as specificity_,
            cast(totals.denominator as double) + 3.841458820694124e0 as n_,
            calibration.n_easy + 2 as n_easy_,
            calibration.n_hard + 2 as n_hard_
        from totals
        cross join calibration
    ),

    moved as (
        select
            *,
            greatest(0e0, least(1e0, (share + specificity - 1) / (sensitivity + specificity - 1)))
                as corrected,
            sensitivity_ + specificity_ - 1 as youden_,
            (share_ + specificity_ - 1) / (sensitivity_ + specificity_ - 1) as corrected_
        from measured
    ),

    intervals as (
        select
            *,
            corrected_
            + 2 * 3.841458820694124e0 * (
                corrected_ * sensitivity_ * (1 - sensitivity_) / n_easy_
                - (1 - corrected_) * specificity_ * (1 - specificity_) / n_hard_
            ) as centre,
            1.959963984540054e0 / youden_ * sqrt(
                share_ * (1 - share_) / n_
                + corrected_ * corrected_ * sensitivity_ * (1 - sensitivity_) / n_easy_
                + (1 - corrected_) * (1 - corrected_) * specificity_ * (1 - specificity_) / n_hard_
            ) as half
        from moved
    )

    select
        '{{ kpi_id }}' as kpi_id,
        period_grain,
        period_start,
        'measure' as dimension,
        'corrected' as dimension_value,
        100 * corrected as value,
        cast(null as double) as numerator,
        cast(denominator as double) as denominator,
        sample_size,
        100 * greatest(0e0, least(corrected, centre - half)) as ci_low,
        100 * least(1e0, greatest(corrected, centre + half)) as ci_high,
        {{ period_end('period_grain', 'period_start') }} > {{ as_of() }} as is_provisional
    from intervals
{% endmacro %}
