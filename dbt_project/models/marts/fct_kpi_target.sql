with targets as (
    select
        targets.*,
        register.is_cumulative_count,
        ratified.ratified_on,
        ratified.ratified_by,
        -- a period is named by its year or by its month
        case
            when length(targets.period) = 4 then make_date(cast(targets.period as integer), 1, 1)
            else cast(targets.period || '-01' as date)
        end as period_start
    from {{ ref('kpi_target') }} as targets
    inner join {{ ref('kpi_register') }} as register on targets.kpi_id = register.kpi_id
    left join {{ ref('stg_run__ratification') }} as ratified on targets.kpi_id = ratified.kpi_id
),

bounded as (
    select
        *,
        cast(
            min(period_start) over (
                partition by kpi_id order by period_start
                range between interval 1 day following and unbounded following
            ) - interval 1 day as date
        ) as day_before_next,
        make_date(year(period_start), 12, 31) as year_end
    from targets
)

select
    kpi_id,
    period_start,
    case
        when is_cumulative_count then least(coalesce(day_before_next, year_end), year_end)
        else day_before_next
    end as period_end,
    comparator,
    cast(value as double) as target_value,
    kind,
    document,
    note,
    document_page,
    ratified_on,
    ratified_by,
    judged_on
from bounded
order by kpi_id, kind, period_start
