select
    figures.cell,
    figures.kpi_id,
    figures.period_grain,
    figures.period_start,
    {{ period_end('figures.period_grain', 'figures.period_start') }} as period_end,
    figures.dimension,
    figures.is_provisional,
    figures.sample_size,
    figures.value,
    -- a mean is published without the sum of its grades, which have six decimals at most
    case
        when register.unit = 'percent' then figures.numerator
        when register.unit in ('grade', 'stars') then round(figures.value * figures.denominator, 6)
    end as points,
    case
        when register.unit = 'percent' then 0
        when register.unit in ('grade', 'stars') then 1
    end as lowest,
    case register.unit
        when 'percent' then 1
        when 'grade' then 10
        when 'stars' then 5
    end as highest,
    figures.is_small
from {{ ref('int_kpi_value') }} as figures
inner join {{ ref('kpi_register') }} as register on figures.kpi_id = register.kpi_id
where
    figures.is_about_people
    -- of a period that runs only the total is published
    and not (figures.is_provisional and figures.dimension not in ('total', 'measure'))
order by figures.cell
