with charted as (
    select
        points.kpi_id,
        points.period_grain,
        points.period_start,
        points.value,
        points.is_share,
        charts.centre,
        -- no line where no figure can be; greatest and least skip what is null
        case
            when charts.centre is null then null
            when min(points.value) over (partition by points.kpi_id) < 0
                then charts.centre - 3 * charts.sigma
            else greatest(charts.centre - 3 * charts.sigma, 0)
        end as lower,
        case
            when charts.centre is null then null
            when
                register.unit <> 'percent'
                or max(points.value) over (partition by points.kpi_id) > 100
                then charts.centre + 3 * charts.sigma
            else least(charts.centre + 3 * charts.sigma, 100)
        end as upper,
        charts.found,
        charts.is_above = (register.direction = 'higher') as is_better,
        -- of a figure that may still change nothing is said yet
        charts.centre is not null and points.is_final as is_judged,
        charts.baseline_from,
        charts.baseline_until
    from {{ ref('int_kpi_series') }} as points
    inner join {{ ref('kpi_register') }} as register on points.kpi_id = register.kpi_id
    left join {{ ref('int_kpi_chart') }} as charts
        on points.kpi_id = charts.kpi_id and points.period_start = charts.period_start
)

select
    kpi_id,
    period_grain,
    period_start,
    value,
    centre,
    lower,
    upper,
    case
        when not is_judged then 'unknown'
        when found is null then 'none'
        when found = 'shift' and is_better then 'shift_better'
        when found = 'shift' then 'shift_worse'
        when is_better then 'better'
        else 'worse'
    end as signal,
    case when is_share then 'p_chart' else 'xmr' end as method,
    baseline_from,
    baseline_until
from charted
order by kpi_id, period_start
