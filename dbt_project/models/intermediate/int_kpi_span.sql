with promised as (
    select
        kpi_id,
        max(judged_on) as judged_on
    from {{ ref('kpi_target') }}
    group by kpi_id
),

headlines as (
    {{ headlines() }}
),

known as (
    select
        kpi_id,
        max(as_of) as as_of,
        max(period_start) filter (where period_end <= as_of) as latest_start,
        max(period_start) filter (where value is not null) as latest_with_value
    from headlines
    group by kpi_id
),

judged as (
    select
        register.kpi_id,
        register.period_grain,
        -- figures of a stopped source are judged on the day on which they were made
        coalesce(known.as_of, {{ as_of() }}) as as_of,
        known.latest_start,
        known.latest_with_value,
        register.is_cumulative_count,
        case
            when register.period_grain = 'year' then 'year'
            -- without a target its kind says it: what does not add up over time is a stock
            else coalesce(
                promised.judged_on,
                case when register.is_additive_over_time then 'year' else 'latest' end
            )
        end as judged_on
    from {{ ref('kpi_register') }} as register
    left join promised on register.kpi_id = promised.kpi_id
    left join known on register.kpi_id = known.kpi_id
),

begun as (
    select
        *,
        case
            -- a year that counts up is judged once its first quarter is over
            when period_grain = 'year' and is_cumulative_count
                then cast(date_trunc('year', as_of + 1 - interval 3 month) as date)
            when period_grain = 'year' then latest_with_value
            when judged_on = 'year' then cast(date_trunc('year', latest_start) as date)
            else latest_start
        end as judged_period_start
    from judged
)

select
    kpi_id,
    false as is_previous_year,
    as_of,
    case when period_grain = 'year' then judged_period_start else latest_start end as period_start,
    case judged_on when 'year' then 'year' else period_grain end as judged_grain,
    judged_period_start,
    case
        when judged_period_start is not null
            then least(
                as_of,
                case
                    when period_grain = 'year'
                        then {{ period_end('period_grain', 'judged_period_start') }}
                    else {{ period_end('period_grain', 'latest_start') }}
                end
            )
    end as judged_until
from begun
union all
select
    kpi_id,
    true as is_previous_year,
    as_of,
    make_date(year(as_of + 1) - 1, 1, 1) as period_start,
    'year' as judged_grain,
    make_date(year(as_of + 1) - 1, 1, 1) as judged_period_start,
    make_date(year(as_of + 1) - 1, 12, 31) as judged_until
from begun
order by kpi_id, is_previous_year
