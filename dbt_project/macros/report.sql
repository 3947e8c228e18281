{# What the tables for report builders share: keys of the star and Dutch words.
   Not here: figures; the star and the wide tables only repeat those of fct_kpi_value. #}

{# How the figures of a KPI may be added up:
     share  numerator / denominator * 100, each summed first
     mean   numerator / denominator, each summed first
     sum    the sum of the numerators
     last   the value of the last period (a stock, a count of distinct households)
     none   not at all (a median): take the coarser rows of fct_kpi_value #}
{% macro kpi_aggregation(register) -%}
    case
        when {{ register }}.unit = 'working_days' then 'none'
        when not {{ register }}.is_additive_over_time then 'last'
        when {{ register }}.unit = 'percent' then 'share'
        when {{ register }}.unit = 'count' then 'sum'
        else 'mean'
    end
{%- endmacro %}

{# What is summed, of rows with aggregation, value, numerator and denominator. A mean is published
   without the sum of its grades, which have six decimals at most. #}
{% macro summed_numerator() -%}
    case aggregation
        when 'share' then numerator
        when 'sum' then value
        when 'mean' then round(value * denominator, 6)
    end
{%- endmacro %}

{% macro summed_denominator() -%}
    case when aggregation in ('share', 'mean') then denominator end
{%- endmacro %}

{# The member of a dimension of which a part of a breakdown is one. The key says its kind and its
   name, so that it means the same in every release; none where the breakdown is by something
   else, onbekend where the record did not say. Teams and departments have other names too and are
   found by int_organisation_name. #}
{% macro member_key(kind, dimension, dimension_value) -%}
    case
        when {{ dimension }} <> '{{ kind }}' then 'geen'
        when lower({{ dimension_value }}) = 'onbekend' then 'onbekend'
        else {{ dimension }} || ':' || lower({{ dimension_value }})
    end
{%- endmacro %}

{# A code in words for a heading: social_media becomes Social media. #}
{% macro words_nl(code) -%}
    upper(left({{ code }}, 1)) || replace(substr({{ code }}, 2), '_', ' ')
{%- endmacro %}

{# The Dutch word for a code, from the seed word_nl, which the program reads too. #}
{% macro word_nl(kind, code) -%}
    coalesce(
        (
            select words.word_nl
            from {{ ref('word_nl') }} as words
            where words.kind = '{{ kind }}' and words.code = {{ code }}
        ),
        {{ words_nl(code) }}
    )
{%- endmacro %}

{# The name of a part of a breakdown: names as delivered, codes in words. #}
{% macro part_nl(dimension, dimension_value) -%}
    case
        when {{ dimension }} in ('total', 'measure', 'transfer', 'channel')
            then {{ word_nl('part', dimension_value) }}
        else {{ dimension_value }}
    end
{%- endmacro %}

{# The name of a period by the row of dim_date of its first day; the day itself where the calendar
   does not reach. #}
{% macro period_nl(period_grain, period_start, first_day) -%}
    coalesce(
        case {{ period_grain }}
            when 'month' then {{ first_day }}.month_year_nl
            when 'quarter' then {{ first_day }}.quarter_nl
            when 'year' then cast({{ first_day }}.year as varchar)
        end,
        cast({{ period_start }} as varchar)
    )
{%- endmacro %}

{% macro yes_nl(condition) -%}
    case when {{ condition }} then 'ja' else 'nee' end
{%- endmacro %}

{# The figures of the star in the finest grain of their KPI, with their day in the calendar; a wrong
   date far from now stays in fct_kpi_value, because the calendar ends before it. #}
{% macro finest_figures(which) %}
    select
        figures.*,
        first_day.date_key,
        {{ kpi_aggregation('register') }} as aggregation
    from {{ ref('fct_kpi_value') }} as figures
    inner join {{ ref('kpi_register') }} as register
        on figures.kpi_id = register.kpi_id and figures.period_grain = register.period_grain
    inner join {{ ref('dim_date') }} as first_day on figures.period_start = first_day.date
    where {{ which }}
{% endmacro %}
