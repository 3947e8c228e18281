-- A KPI of the register that int_kpi_value does not unite has no figures, and what it unites without
-- a row of the register is left out.
with united as (
    {% set of_union = 'model.' ~ project_name ~ '.int_kpi_value' %}
    {% set united = graph.nodes[of_union].depends_on.nodes if execute else [] %}
    {% for id in united if id.startswith('model.' ~ project_name ~ '.kpi_') %}
    select '{{ id.split(".")[-1].removeprefix("kpi_") }}' as kpi_id
    union all
    {% endfor %}
    select cast(null as varchar) as kpi_id
    where false
)

select
    register.kpi_id as registered,
    united.kpi_id as united
from {{ ref('kpi_register') }} as register
full join united on register.kpi_id = united.kpi_id
where register.kpi_id is null or united.kpi_id is null
