with cells as (
    select
        figures.*,
        least(
            {{ period_end('figures.period_grain', 'figures.period_start') }}, {{ as_of() }}
        ) as judged_on
    from {{ ref('int_kpi_value') }} as figures
    where
        figures.is_about_people
        and figures.dimension <> 'measure'
        -- of a period that runs only the total is published
        and not (figures.is_provisional and figures.dimension <> 'total')
),

-- a total is the sum of the values of each breakdown
breakdowns as (
    select
        total.cell || ' by ' || part.dimension as equation,
        total.cell as parent,
        part.cell as child
    from cells as part
    inner join cells as total
        on
            part.kpi_id = total.kpi_id
            and part.period_grain = total.period_grain
            and part.period_start = total.period_start
            and total.dimension = 'total'
    where part.dimension <> 'total'
),

-- a quarter is the sum of its months, a year of its quarters
periods as (
    select
        whole.cell || ' by ' || part.period_grain as equation,
        whole.cell as parent,
        part.cell as child
    from cells as part
    inner join cells as whole
        on
            part.kpi_id = whole.kpi_id
            and part.dimension = whole.dimension
            and part.dimension_value = whole.dimension_value
            and cast(date_trunc(whole.period_grain, part.period_start) as date)
            = whole.period_start
    inner join {{ ref('kpi_register') }} as register on part.kpi_id = register.kpi_id
    where
        register.is_additive_over_time
        and (part.period_grain, whole.period_grain) in (('month', 'quarter'), ('quarter', 'year'))
),

-- a stock of a year is that of its last quarter when both were taken on the same day
stocks as (
    select
        whole.cell || ' by ' || part.period_grain as equation,
        whole.cell as parent,
        part.cell as child
    from cells as part
    inner join cells as whole
        on
            part.kpi_id = whole.kpi_id
            and part.dimension = whole.dimension
            and part.dimension_value = whole.dimension_value
            and part.judged_on = whole.judged_on
    inner join {{ ref('kpi_register') }} as register on part.kpi_id = register.kpi_id
    where
        not register.is_additive_over_time
        and (part.period_grain, whole.period_grain) in (('month', 'quarter'), ('quarter', 'year'))
),

equations as (
    select * from breakdowns
    union all
    select * from periods
    union all
    select * from stocks
)

select
    equation,
    child as cell,
    false as is_parent
from equations
union all
-- distinct: the whole stands beside each of its parts
select distinct
    equation,
    parent as cell,
    true as is_parent
from equations
order by equation, is_parent, cell
