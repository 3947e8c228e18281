with hiding as (
    select
        kpi_id,
        period_grain,
        period_start
    from {{ ref('fct_kpi_value') }}
    where is_suppressed
    union
    -- a breakdown that is left out
    select
        cells.kpi_id,
        cells.period_grain,
        cells.period_start
    from {{ ref('int_kpi_cell') }} as cells
    left join {{ ref('int_kpi_shown') }} as shown on cells.cell = shown.cell
    where shown.cell is null
),

months as (
    select
        kpi_id,
        unnest(
            range(
                cast(period_start as timestamp),
                {{ period_end('period_grain', 'period_start') }} + interval 1 day,
                interval 1 month
            )
        ) as month_start
    from hiding
)

-- every period that a hidden figure is a part of, or that is a part of its period: all of them
-- stand in sums with it, and the past of the one follows from those of the others
select distinct
    months.kpi_id,
    grains.period_grain,
    cast(date_trunc(grains.period_grain, months.month_start) as date) as period_start
from months
cross join (values ('month'), ('quarter'), ('year')) as grains (period_grain)
order by all
