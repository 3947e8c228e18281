{# Records with a date in a year whose non-working days are not in the reviewed calendar: their
   terms are counted in Mondays to Fridays, and far away (before 1900, after 2100) not at all. #}
{% test in_calendar(model, columns) %}
    select *
    from {{ model }}
    where
        {% for column in columns %}
        {{ 'or ' if not loop.first }}(
            {{ column }} is not null
            and {{ column }} not in (
                select date from {{ ref('int_calendar') }} where is_reviewed
            )
        )
        {% endfor %}
{% endtest %}
