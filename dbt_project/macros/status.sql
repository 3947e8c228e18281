{# The status of KPIs that their target alone does not give.
   Not here: how one of them is judged (macros/status/<kpi_id>.sql). #}

{# One row per KPI of this run with a macro status_of_<kpi_id>: its kpi_id and status, null where it
   cannot be told. Such a macro is a query that gives one row with the column status. #}
{% macro own_statuses() %}
    {% for kpi_id in kpi_ids() if context['status_of_' ~ kpi_id] is defined %}
    select
        '{{ kpi_id }}' as kpi_id,
        judged.status
    from ({{ context['status_of_' ~ kpi_id]() }}) as judged
    union all
    {% endfor %}
    select
        cast(null as varchar) as kpi_id,
        cast(null as varchar) as status
    where false
{% endmacro %}
