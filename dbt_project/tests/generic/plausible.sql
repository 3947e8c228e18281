{# How many records break each rule, by its name; a rule that cannot be told (null) is not broken.
   A rule may read `as_of`, the day of the run. One test for all rules of a model: dbt takes longer
   to start a test than DuckDB for all of them. #}
{% test plausible(model, rules) %}
    {{ config(fail_calc='coalesce(sum(records), 0)') }}
    with broken as (
        select
            {%- for rule, expression in rules.items() %}
            count(*) filter (where not coalesce({{ expression }}, true)) as {{ rule }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from (select *, {{ as_of() }} as as_of from {{ model }})
    )

    select rule, records
    from broken
    unpivot (records for rule in (*))
    where records > 0
{% endtest %}
