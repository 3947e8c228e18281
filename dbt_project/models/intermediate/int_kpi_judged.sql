-- the totals within what is judged
with within as (
    select
        spans.kpi_id,
        spans.is_previous_year,
        figures.period_grain,
        figures.period_start,
        figures.value,
        figures.numerator,
        figures.denominator,
        figures.sample_size,
        figures.ci_low,
        figures.ci_high,
        figures.is_suppressed,
        register.is_sampled,
        {{ kpi_aggregation('register') }} as aggregation,
        figures.period_grain = spans.judged_grain as is_whole,
        figures.period_grain = register.period_grain as is_finest
    from {{ ref('int_kpi_span') }} as spans
    inner join {{ ref('kpi_register') }} as register on spans.kpi_id = register.kpi_id
    inner join {{ ref('fct_kpi_value') }} as figures
        on
            spans.kpi_id = figures.kpi_id
            and figures.dimension = 'total'
            and figures.period_start >= spans.judged_period_start
            and figures.period_start <= spans.judged_until
            and (
                {{ period_end('figures.period_grain', 'figures.period_start') }}
                <= spans.judged_until
                -- a headline of a year is judged while that year runs
                or register.period_grain = 'year'
            )
    where not spans.is_previous_year or figures.period_grain = 'year'
),

known as (
    select
        *,
        bool_or(is_whole and not is_suppressed)
            over (partition by kpi_id, is_previous_year) as has_whole,
        bool_or(period_grain = 'quarter' and not is_suppressed)
            over (partition by kpi_id, is_previous_year, date_trunc('quarter', period_start))
            as has_quarter
    from within
),

-- the fewest visible totals that make it up: the whole, else quarters, else their months
tiles as (
    select
        *,
        cast(
            case aggregation when 'mean' then round(value * denominator, 6) else numerator end
            as decimal(38, 6)
        ) as met
    from known
    where
        not is_suppressed
        and (is_whole or (not has_whole and (period_grain = 'quarter' or not has_quarter)))
),

-- a period that is hidden and within no visible one: what it adds is not published
holes as (
    select distinct
        kpi_id,
        is_previous_year
    from known
    where is_finest and is_suppressed and not has_whole and not has_quarter
),

sums as (
    select
        tiles.kpi_id,
        tiles.is_previous_year,
        any_value(tiles.aggregation) as aggregation,
        bool_or(tiles.is_sampled) as is_sampled,
        count(*) as tiles,
        any_value(tiles.value) as only_value,
        any_value(tiles.ci_low) as only_ci_low,
        any_value(tiles.ci_high) as only_ci_high,
        sum(cast(tiles.value as decimal(38, 6))) as total,
        sum(tiles.met) as met,
        sum(cast(tiles.denominator as decimal(38, 6))) as counted,
        cast(sum(tiles.sample_size) as bigint) as n,
        sum(
            cast(
                {{ sum_of_squares(
                    'tiles.sample_size', 'tiles.value', 'tiles.ci_high', 'student_t.quantile'
                ) }} as decimal(38, 9)
            )
        ) filter (where tiles.aggregation = 'mean') as squares
    from tiles
    anti join holes
        on tiles.kpi_id = holes.kpi_id and tiles.is_previous_year = holes.is_previous_year
    left join {{ ref('student_t') }} as student_t
        on tiles.sample_size - 1 = student_t.degrees_of_freedom
    group by tiles.kpi_id, tiles.is_previous_year
    having count(*) = 1 or any_value(tiles.aggregation) in ('share', 'mean', 'sum')
),

added as (
    select
        sums.kpi_id,
        sums.is_previous_year,
        case
            when sums.tiles = 1 then sums.only_value
            when sums.aggregation = 'sum' then cast(sums.total as double)
            when sums.aggregation = 'share' and sums.counted <> 0
                then cast(100 * sums.met as double) / cast(sums.counted as double)
            when sums.aggregation = 'mean' and sums.counted <> 0
                then cast(sums.met as double) / cast(sums.counted as double)
        end as value,
        case when sums.aggregation <> 'mean' then cast(sums.met as double) end as numerator,
        cast(sums.counted as double) as denominator,
        sums.n as sample_size,
        case
            when sums.tiles = 1 then sums.only_ci_low
            when not sums.is_sampled or sums.n = 0 then null
            when sums.aggregation = 'share' and sums.counted = sums.n
                then {{ wilson_bound('sums.met', 'sums.n', '-') }}
            when sums.aggregation = 'mean' and sums.n > 1
                then
                    cast(sums.met as double) / sums.n
                    - {{ t_half_width('sums.n', 'sums.met', 'sums.squares', 'student_t.quantile') }}
        end as ci_low,
        case
            when sums.tiles = 1 then sums.only_ci_high
            when not sums.is_sampled or sums.n = 0 then null
            when sums.aggregation = 'share' and sums.counted = sums.n
                then {{ wilson_bound('sums.met', 'sums.n', '+') }}
            when sums.aggregation = 'mean' and sums.n > 1
                then
                    cast(sums.met as double) / sums.n
                    + {{ t_half_width('sums.n', 'sums.met', 'sums.squares', 'student_t.quantile') }}
        end as ci_high
    from sums
    left join {{ ref('student_t') }} as student_t on sums.n - 1 = student_t.degrees_of_freedom
),

-- a year that is no sum of its periods: its KPI model gives it, and where the source stopped the
-- release before says it
own_years as (
    select
        kpi_id,
        period_start as judged_period_start,
        cast(null as date) as judged_until,
        value,
        numerator,
        denominator,
        sample_size,
        ci_low,
        ci_high
    from {{ ref('int_kpi_value') }}
    where period_grain = 'year_so_far' and dimension = 'total'
    union all by name
    select
        before.kpi_id,
        before.judged_period_start,
        before.judged_until,
        before.judged_value as value,
        before.judged_numerator as numerator,
        before.judged_denominator as denominator,
        before.judged_sample_size as sample_size,
        before.judged_ci_low as ci_low,
        before.judged_ci_high as ci_high
    from {{ ref('stg_previous_release__kpi_status') }} as before
    inner join {{ ref('kpi_register') }} as register on before.kpi_id = register.kpi_id
    inner join {{ ref('stg_run__source') }} as sources on register.source_system = sources.source
    where
        sources.state = 'stopped'
        and before.judged_grain = 'year'
        and not register.is_about_people
        and register.direction <> 'benchmark'
),

own_figures as (
    select
        own_years.kpi_id,
        own_years.value,
        own_years.numerator,
        own_years.denominator,
        own_years.sample_size,
        own_years.ci_low,
        own_years.ci_high,
        spans.is_previous_year
    from own_years
    inner join {{ ref('int_kpi_span') }} as spans
        on
            own_years.kpi_id = spans.kpi_id
            and own_years.judged_period_start = spans.judged_period_start
            and coalesce(own_years.judged_until, spans.judged_until) = spans.judged_until
    where not spans.is_previous_year and spans.judged_grain = 'year'
),

figures as (
    select * from own_figures
    union all by name
    select added.*
    from added
    anti join own_figures
        on
            added.kpi_id = own_figures.kpi_id
            and added.is_previous_year = own_figures.is_previous_year
)

select
    spans.kpi_id,
    spans.is_previous_year,
    spans.as_of,
    spans.period_start,
    spans.judged_grain,
    spans.judged_period_start,
    spans.judged_until,
    figures.value,
    figures.numerator,
    figures.denominator,
    figures.sample_size,
    figures.ci_low,
    figures.ci_high
from {{ ref('int_kpi_span') }} as spans
left join figures
    on spans.kpi_id = figures.kpi_id and spans.is_previous_year = figures.is_previous_year
order by spans.kpi_id, spans.is_previous_year
