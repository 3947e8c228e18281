{{ config(meta={'dagster': {'ref': {'name': 'int_kpi_value'}}}) }}
-- Suppression relies on it: in a KPI about people every record stands in each breakdown, and the
-- periods add up. A value without a name must have one ('onbekend').
select
    equations.equation,
    sum(case when equations.is_parent then cells.sample_size else -cells.sample_size end)
        as difference
from {{ ref('int_kpi_equation') }} as equations
inner join {{ ref('int_kpi_value') }} as cells on equations.cell = cells.cell
group by equations.equation
having sum(case when equations.is_parent then cells.sample_size else -cells.sample_size end) <> 0
