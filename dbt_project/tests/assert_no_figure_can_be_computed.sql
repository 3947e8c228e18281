{{ config(meta={'dagster': {'ref': {'name': 'int_kpi_shown'}}}) }}
-- An equation in which a small group is all that is unknown gives it away:
-- dronten_pipeline/statistics/suppression/ has an error.
with unknown as (
    select
        equations.equation,
        count(*) as cells,
        bool_or(figures.is_small) as has_small
    from {{ ref('int_kpi_equation') }} as equations
    inner join {{ ref('int_kpi_value') }} as figures on equations.cell = figures.cell
    left join {{ ref('int_kpi_shown') }} as shown on equations.cell = shown.cell
    where coalesce(shown.is_suppressed, true)
    group by equations.equation
)

select equation
from unknown
where cells = 1 and has_small
