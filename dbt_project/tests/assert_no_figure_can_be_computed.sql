{{ config(meta={'dagster': {'ref': {'name': 'int_kpi_hidden'}}}) }}
-- An equation with exactly one hidden cell gives that cell away: dronten_pipeline/suppression.py
-- has an error.
select
    equations.equation,
    count(hidden.cell) as hidden_cells
from {{ ref('int_kpi_equation') }} as equations
left join {{ ref('int_kpi_hidden') }} as hidden on equations.cell = hidden.cell
group by equations.equation
having count(hidden.cell) = 1
