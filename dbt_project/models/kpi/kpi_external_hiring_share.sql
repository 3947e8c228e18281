with records as (
    select
        booked_in_month as event_date,
        department,
        case category when 'l3.5.1' then amount_eur else 0 end as numerator,
        amount_eur as denominator
    from {{ ref('stg_finance_hr__staff_costs') }}
    where report_kind = 'realisatie' and category in ('l1.1', 'l3.5.1')
),

totals as (
    {{ kpi_totals('external_hiring_share', 'records', breakdowns=['department']) }}
),

quarters as (
    select *
    from totals
    where period_grain = 'quarter' and dimension = 'total'
),

rolling as (
    select
        'quarter' as period_grain,
        last_of_four.period_start,
        'measure' as dimension,
        'rolling_four_quarters' as dimension_value,
        cast(sum(quarters.numerator) as decimal(38, 6)) as numerator,
        cast(sum(quarters.denominator) as decimal(38, 6)) as denominator,
        cast(sum(quarters.sample_size) as bigint) as sample_size
    from quarters as last_of_four
    inner join quarters
        on
            quarters.period_start <= last_of_four.period_start
            and quarters.period_start >= last_of_four.period_start - interval 9 month
    group by last_of_four.period_start
    having count(*) = 4
),

all_totals as (
    select * from totals
    union all
    select * from rolling
),

figures as (
    {{ kpi_percentages('external_hiring_share', 'all_totals') }}
)

select
    * replace (
        is_provisional
        -- what holds December, into which periods 13 and 14 are booked until 31 March
        or (
            month({{ period_end('period_grain', 'period_start') }}) = 12
            and {{ period_end('period_grain', 'period_start') }} + interval 3 month > {{ as_of() }}
        ) as is_provisional
    )
from figures
