{# Records of which `expression` is false; where it cannot be told (null) nothing is said. #}
{% test plausible(model, expression) %}
    select *
    from {{ model }}
    where not coalesce({{ expression }}, true)
{% endtest %}
