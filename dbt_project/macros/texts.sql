{# Which texts the KPIs about the level of texts count, and what the share of easy ones is worth.
   Not here: how a text is scored (the ingest). #}

{# The records of kpi_share for the texts that meet `condition`, with channel, team, views,
   views_of_easy_texts and is_uncertain (the instrument gives it 20 to 80 % to be B1 or easier).
   A record has a denominator where it was judged by itself: from 100 words on, or from 50 with
   `also_indicative`, or as a block of short texts. Beside these every text has text_count 1 and
   not_judged 0 or 1; a text in a block is judged in that block.
   Of one address only the latest page counts, whatever was on it before; of what is left one text
   counts once, wherever it stands. #}
{% macro counted_texts(condition='true', also_indicative=false) %}
    with published as (
        select
            scores.text_id,
            scores.is_pool,
            scores.published_on,
            scores.channel,
            scores.is_b1_or_easier,
            scores.b1_probability,
            coalesce(scores.is_indicative, false) as is_indicative,
            scores.level is not null
            {%- if not also_indicative %} and not coalesce(scores.is_indicative, false){% endif %}
                as is_judged,
            scores.in_pool is not null as is_judged_in_pool,
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

    -- a block of short texts is never a duplicate
    latest_of_text as (
        select *
        from latest_of_address
        qualify
            row_number() over (
                partition by is_pool, coalesce(text_sha256, text_id)
                order by published_on desc, delivery_order desc, text_id desc
            ) = 1
    ),

    -- a block was seen as often as the texts in it
    views_of_pools as (
        select
            scores.in_pool as text_id,
            sum(texts.views) as views
        from {{ ref('stg_text_corpus__scores') }} as scores
        inner join {{ ref('stg_text_corpus__texts') }} as texts on scores.text_id = texts.text_id
        where scores.in_pool is not null and scores.published_on <= {{ as_of() }}
        group by scores.in_pool
    ),

    counted as (
        select
            latest.*,
            case when latest.is_judged then coalesce(latest.views, pools.views) end as views_counted
        from latest_of_text as latest
        left join views_of_pools as pools on latest.text_id = pools.text_id
    )

    select
        text_id,
        is_pool,
        kind,
        published_on as event_date,
        channel,
        team,
        case when is_judged and is_b1_or_easier then 1 else 0 end as numerator,
        case when is_judged then 1 end as denominator,
        views_counted as views,
        case when is_b1_or_easier then views_counted else 0 end as views_of_easy_texts,
        case when b1_probability between 0.2 and 0.8 then 1 else 0 end as is_uncertain,
        b1_probability,
        case when is_indicative then 1 else 0 end as is_indicative,
        case when not is_pool then 1 end as text_count,
        case
            when is_judged {% if not also_indicative %} or is_judged_in_pool {% endif %} then 0
            else 1
        end as not_judged
    from counted
{% endmacro %}

{# The share of B1 or easier with its breakdowns, and on the total the interval of
   b1_intervals; beside it as a measure:
     weighted_by_views, uncertain (texts that the instrument cannot decide about), not_judged (of
     all texts, also where none was judged), those of `measures`, and corrected: the share without
     the errors of the instrument, where the levels were cut by a calibration.
   And one row of the grain year_so_far. `records` is a relation that counted_texts gave. #}
{% macro b1_figures(kpi_id, records, breakdowns=[], measures=[]) %}
    select figures.*
    from (
        with placed as (
            {{ kpi_records(kpi_id, records) }}
        ),

        year_so_far as (
            {{ kpi_year_so_far(kpi_id, 'placed') }}
        ),

        periods as (
            select * from placed
            union all by name
            select * from year_so_far
        ),

        intervals as (
            {{ b1_intervals('periods') }}
        ),

        shares as (
            {{ kpi_share(
                kpi_id,
                records,
                breakdowns=breakdowns,
                measures=[
                    {
                        'name': 'weighted_by_views',
                        'numerator': 'views_of_easy_texts',
                        'denominator': 'views',
                    },
                    {'name': 'uncertain', 'numerator': 'is_uncertain', 'denominator': 'denominator'},
                    {'name': 'not_judged', 'numerator': 'not_judged', 'denominator': 'text_count'},
                ] + measures
            ) }}
        )

        select shares.* replace (
            case when shares.dimension = 'total' then intervals.ci_low end as ci_low,
            case when shares.dimension = 'total' then intervals.ci_high end as ci_high
        )
        from shares
        left join intervals
            on
                shares.period_grain = intervals.period_grain
                and shares.period_start = intervals.period_start

        union all by name
        select
            '{{ kpi_id }}' as kpi_id,
            period_grain,
            period_start,
            'measure' as dimension,
            'corrected' as dimension_value,
            100 * corrected as value,
            cast(null as double) as numerator,
            denominator,
            sample_size,
            100 * greatest(0e0, least(corrected, low)) as ci_low,
            100 * least(1e0, greatest(corrected, high)) as ci_high,
            {{ period_end('period_grain', 'period_start') }} > {{ as_of() }} as is_provisional
        from intervals
        where corrected is not null and period_grain <> 'year_so_far'

        union all by name
        -- a year without judged texts has a row too: what it was judged on is then known
        select
            '{{ kpi_id }}' as kpi_id,
            texts.period_grain,
            texts.period_start,
            'total' as dimension,
            'total' as dimension_value,
            100 * intervals.share as value,
            coalesce(intervals.numerator, 0) as numerator,
            coalesce(intervals.denominator, 0) as denominator,
            coalesce(intervals.sample_size, 0) as sample_size,
            intervals.ci_low,
            intervals.ci_high,
            {{ period_end('texts.period_grain', 'texts.period_start') }} > {{ as_of() }}
                as is_provisional
        from (select distinct period_grain, period_start from year_so_far) as texts
        left join intervals
            on
                texts.period_grain = intervals.period_grain
                and texts.period_start = intervals.period_start
    ) as figures
{% endmacro %}

{# Per period (period_grain, period_start) of `periods`, records with numerator, denominator and
   b1_probability: between what bounds the share of texts that are B1 or easier lies, given the
   errors of the instrument. All texts are counted, so that nothing here is an error of sampling.

   With a calibration (of all texts the same): the texts that people would call so. Corrected is
   (share + specificity - 1) / (sensitivity + specificity - 1), cut off at 0 and 100 (Rogan & Gladen
   1978); its interval is that of Lang & Reiczigel (2014), in which the variance of a sample is
   replaced by that of judging these texts: sensitivity (1 - sensitivity) of the easy ones and
   specificity (1 - specificity) of the others.
   Without one: the texts that LiNT-II on a parse would call so. Each has its own chance p of it
   (b1_probability); their sum has the variance of p (1 - p) summed, and what all texts share moves
   it by b1_log_odds_error times that same sum (readability/parameters.json has the number and where
   it comes from).

   low and high are those bounds as shares of 1; ci_low and ci_high, in percent, are stretched to
   the share itself, so that a verdict on the share holds only where neither it nor what the
   instrument may have missed says otherwise. z = 1.959963984540054. #}
{% macro b1_intervals(periods) %}
    with calibration as (
        select
            max(easy_texts) as n_easy,
            max(easy_found) as found_easy,
            max(hard_texts) as n_hard,
            max(hard_found) as found_hard
        from {{ ref('stg_text_corpus__scores') }}
        where level is not null
        -- of texts that kept the level of an earlier method the errors are not known
        having bool_and(calibration is not null) and count(distinct calibration) = 1
    ),

    published as (
        select max(b1_log_odds_error) as log_odds_error
        from {{ ref('stg_text_corpus__scores') }}
    ),

    sums as (
        select
            period_grain,
            period_start,
            count(*) as sample_size,
            cast(sum(numerator) as double) as numerator,
            cast(count(*) as double) as n,
            count(b1_probability) = count(*) as has_chances,
            -- exact, so that the order of the texts cannot show in the last digit
            cast(sum(cast(b1_probability as decimal(18, 9))) as double) as expected,
            cast(
                sum(cast(b1_probability * (1 - b1_probability) as decimal(18, 9))) as double
            ) as spread
        from {{ periods }}
        where denominator is not null
        group by period_grain, period_start
    ),

    measured as (
        select
            sums.*,
            sums.numerator / sums.n as share,
            published.log_odds_error,
            calibration.found_easy / cast(calibration.n_easy as double) as sensitivity,
            calibration.found_hard / cast(calibration.n_hard as double) as specificity,
            -- the same, moved a little to the middle, for the interval
            (calibration.found_easy + 1e0) / (calibration.n_easy + 2) as sensitivity_,
            (calibration.found_hard + 1e0) / (calibration.n_hard + 2) as specificity_,
            calibration.n_easy + 2 as n_easy_,
            calibration.n_hard + 2 as n_hard_
        from sums
        cross join published
        left join calibration on true
    ),

    moved as (
        select
            *,
            -- least passes over what is null
            case
                when sensitivity is not null
                    then
                        greatest(
                            0e0,
                            least(1e0, (share + specificity - 1) / (sensitivity + specificity - 1))
                        )
            end as corrected,
            (share + specificity_ - 1) / (sensitivity_ + specificity_ - 1) as corrected_,
            sensitivity_ * (1 - sensitivity_) as easy_variance,
            specificity_ * (1 - specificity_) as hard_variance
        from measured
    ),

    bounded as (
        select
            *,
            case
                when corrected is not null
                    then
                        corrected_ + 2 * 3.841458820694124e0 * (
                            corrected_ * easy_variance / n_easy_
                            - (1 - corrected_) * hard_variance / n_hard_
                        )
                when has_chances then expected / n
            end as centre,
            case
                when corrected is not null
                    then
                        1.959963984540054e0 / (sensitivity_ + specificity_ - 1) * sqrt(
                            (
                                greatest(0e0, least(1e0, corrected_)) * easy_variance
                                + (1 - greatest(0e0, least(1e0, corrected_))) * hard_variance
                            ) / n
                            + corrected_ * corrected_ * easy_variance / n_easy_
                            + (1 - corrected_) * (1 - corrected_) * hard_variance / n_hard_
                        )
                when has_chances
                    then
                        1.959963984540054e0
                        * sqrt(spread + log_odds_error * log_odds_error * spread * spread) / n
            end as half
        from moved
    )

    select
        period_grain,
        period_start,
        numerator,
        n as denominator,
        sample_size,
        share,
        corrected,
        centre - half as low,
        centre + half as high,
        -- `half` may be unknown (no chances): then there is no interval
        case when half is not null then 100 * greatest(0e0, least(share, centre - half)) end as ci_low,
        case when half is not null then 100 * least(1e0, greatest(share, centre + half)) end as ci_high
    from bounded
{% endmacro %}
