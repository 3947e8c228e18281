{# Whether a model reads another one, directly or through what it reads itself; both are named as
   dbt's graph names them. False while dbt parses: the graph is not known then. #}
{% macro reads(node_id, target_id) %}
    {% set node = graph.nodes[node_id] if execute and node_id in graph.nodes else none %}
    {% if node is none %}
        {{ return(false) }}
    {% endif %}
    {% if target_id in node.depends_on.nodes %}
        {{ return(true) }}
    {% endif %}
    {% for parent_id in node.depends_on.nodes %}
        {% if reads(parent_id, target_id) %}
            {{ return(true) }}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{# The KPIs whose figures follow from a model, as a list of SQL: from `int_calendar` (another
   calendar can change them), or from the scores of texts (another method can). #}
{% macro kpis_that_read(model) %}
    {% set found = [] %}
    {% set nodes = graph.nodes.values() if execute else [] %}
    {% for node in nodes if node.fqn[1] == 'kpi' and reads(
        node.unique_id, 'model.' ~ project_name ~ '.' ~ model
    ) %}
        {% do found.append(node.name.removeprefix('kpi_')) %}
    {% endfor %}
    {{ return("cast(" ~ (found | sort | string) ~ " as varchar[])") }}
{% endmacro %}

{# Whether a figure is another than it was; null where one of the two is. A difference in the last
   digits is how it was added up, not what was counted. #}
{% macro differs(old, new) -%}
    abs({{ old }} - {{ new }}) > 1e-9 * greatest(1, abs({{ old }}))
{%- endmacro %}
