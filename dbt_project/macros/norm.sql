{# A term or limit of the seed norm. A code that it does not hold would be null and make every
   comparison with it unknown: a test of the conventions compares the codes with the seed. #}
{% macro norm(code) -%}
    (select norms.value from {{ ref('norm') }} as norms where norms.code = '{{ code }}')
{%- endmacro %}
