{# Words of the work lists. Not here: what stands on a list. #}

{# An amount as people in the Netherlands write it, in cents. #}
{% macro dutch_amount(amount) -%}
    replace(cast(cast({{ amount }} as decimal(28, 2)) as varchar), '.', ',')
{%- endmacro %}

{# A date as people in the Netherlands write it. #}
{% macro dutch_date(date) -%}
    strftime({{ date }}, '%d-%m-%Y')
{%- endmacro %}
