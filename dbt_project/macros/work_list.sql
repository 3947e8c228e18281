{# Words of the work lists. Not here: what stands on a list. #}

{# A date as people in the Netherlands write it. #}
{% macro dutch_date(date) -%}
    strftime({{ date }}, '%d-%m-%Y')
{%- endmacro %}
