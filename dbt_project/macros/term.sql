{# Working-day arithmetic, for every term and lag in the project: joins on the number of a working
   day in int_calendar, never a loop. Dates are days in Europe/Amsterdam; the hour plays no part.
   Not here: which days are working days (the seed non_working_day) and whose clock starts when. #}

{# The rows of `records` with due_on, the last day of a term of `days` working days (a number or a
   column) that starts to run on the date `starts_on`: the days-th working day strictly after it.
   A term of no days ends on the day itself. Null where the clock did not start, or where the
   term leaves the calendar. #}
{% macro with_due_date(records, starts_on, days) %}
    select
        records.*,
        case when {{ days }} > 0 then due.date else started.date end as due_on
    from {{ records }} as records
    left join {{ ref('int_calendar') }} as started on records.{{ starts_on }} = started.date
    left join {{ ref('int_calendar') }} as due
        on due.is_working_day and started.working_day_number + {{ days }} = due.working_day_number
{% endmacro %}

{# The rows of `records` with `name`, the working days strictly after the date `first` up to and
   including the date `second`; 0 where the second is not later. Null where one of them is
   missing or outside the calendar. #}
{% macro with_lag(records, first, second, name='working_days') %}
    select
        records.*,
        case
            when records.{{ second }} <= records.{{ first }} then 0
            else ended.working_day_number - started.working_day_number
        end as {{ name }}
    from {{ records }} as records
    left join {{ ref('int_calendar') }} as started on records.{{ first }} = started.date
    left join {{ ref('int_calendar') }} as ended on records.{{ second }} = ended.date
{% endmacro %}

{# Whether a date is not before the reviewed calendar: a series of counts or of a stock has no rows
   there, so that one mistyped year makes none. What lies after the as-of date does not exist
   anyway. #}
{% macro in_calendar(date) -%}
    {{ date }} >= (select min(date) from {{ ref('int_calendar') }} where is_reviewed)
{%- endmacro %}
