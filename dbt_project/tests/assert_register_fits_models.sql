-- A KPI of the register that the run did not name (DATALAB_KPIS) would have no figures.
select register.kpi_id
from {{ ref('kpi_register') }} as register
where
    register.kpi_id not in (
        {% for kpi_id in kpi_ids() %}'{{ kpi_id }}'{{ ', ' if not loop.last }}{% endfor %}
    )
