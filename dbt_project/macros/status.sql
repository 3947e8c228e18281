{# What the models of the status share: the headlines that are judged, and the verdicts on KPIs of
   which their target alone does not give one.
   Not here: how one of those is judged (macros/status/<kpi_id>.sql). #}

{# The total of each KPI in each period of the grain of its headline, and period_end, its last day;
   the columns are those of fct_kpi_value. #}
{% macro headlines() %}
    select
        figures.*,
        {{ period_end('figures.period_grain', 'figures.period_start') }} as period_end
    from {{ ref('fct_kpi_value') }} as figures
    inner join {{ ref('kpi_register') }} as register
        on figures.kpi_id = register.kpi_id and figures.period_grain = register.period_grain
    where figures.dimension = 'total'
{% endmacro %}

{# The verdicts on the KPIs with a macro of their own in macros/status/: kpi_id, and per year that
   was judged period_start, status and value (what was judged, in the unit of the KPI). The latest
   year is the status of today; a KPI of which nothing can be judged has one row without a year.
   Such a macro is a query that gives the columns period_start, status and value; it is called here
   by its own name, so that dbt knows what the status is made of. #}
{% macro own_statuses() %}
    select
        'external_hiring_share' as kpi_id,
        judged.period_start,
        judged.status,
        judged.value
    from ({{ status_of_external_hiring_share() }}) as judged
{% endmacro %}
