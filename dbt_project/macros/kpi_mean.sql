{# Means of a sample, with their interval.
   Not here: medians and means of all cases, which have none. #}

{# The 97.5 % quantile of Student's t distribution: from the seed student_t up to 100 degrees of
   freedom (`known` is its column, null beyond), above that from four terms of its expansion
   around the normal quantile, which is right to 1e-9 there (Abramowitz and Stegun, 26.7.5). #}
{% macro t_quantile(known, freedom) -%}
    coalesce(
        {{ known }},
        1.959963984540054e0
        + 2.3722712302985628e0 / {{ freedom }}
        + 2.8224986157396118e0 / power({{ freedom }}, 2)
        + 2.5558496795077233e0 / power({{ freedom }}, 3)
        + 1.5895340533938235e0 / power({{ freedom }}, 4)
    )
{%- endmacro %}

{# Half the 95 % t interval of a mean of n > 1 records, from their sum and their sum of squares. #}
{% macro t_half_width(n, total, squares, known) -%}
    {{ t_quantile(known, '(' ~ n ~ ' - 1)') }} * sqrt(
        greatest(0, cast({{ n }} * {{ squares }} - {{ total }} * {{ total }} as double))
        / (cast({{ n }} as double) * {{ n }} * ({{ n }} - 1))
    )
{%- endmacro %}

{# The sum of squares behind a published mean, from its interval; of one record its square. Null
   where there is no mean. #}
{% macro sum_of_squares(n, mean, ci_high, known) -%}
    {{ n }} * power({{ mean }}, 2) + case
        when {{ n }} > 1
            then {{ n }} * ({{ n }} - 1) * power(
                ({{ ci_high }} - {{ mean }}) / {{ t_quantile(known, '(' ~ n ~ ' - 1)') }}, 2
            )
        else 0
    end
{%- endmacro %}

{# The mean of `grade` (an exact number) per period, as total and per breakdown, with its 95 % t
   interval where two records or more give one. `records` has event_date, grade and a column per
   breakdown that is never null. Sums and sums of squares are exact, so that the order of the
   records cannot show in the last digit. The columns of a KPI model. #}
{% macro kpi_mean(kpi_id, records, breakdowns=[]) %}
    {% set exact = 'cast(grade as decimal(18, 6))' %}
    {% set total = 'cast(sum(' ~ exact ~ ') as decimal(38, 6))' %}
    {% set squares = 'cast(sum(' ~ exact ~ ' * ' ~ exact ~ ') as decimal(38, 12))' %}
    select figures.*
    from (
        with placed as (
            {{ kpi_records(kpi_id, records) }}
        ),

        sums as (
            {{ kpi_cells('placed', {'total': total, 'squares': squares, 'n': 'count(*)'}, breakdowns) }}
        ),

        means as (
            select
                sums.*,
                cast(sums.total as double) / sums.n as mean,
                case
                    when sums.n > 1
                        then {{ t_half_width(
                            'sums.n', 'sums.total', 'sums.squares', 'student_t.quantile'
                        ) }}
                end as half_width
            from sums
            left join {{ ref('student_t') }} as student_t
                on sums.n - 1 = student_t.degrees_of_freedom
        )

        select
            '{{ kpi_id }}' as kpi_id,
            period_grain,
            period_start,
            dimension,
            dimension_value,
            mean as value,
            cast(null as double) as numerator,
            cast(n as double) as denominator,
            n as sample_size,
            mean - half_width as ci_low,
            mean + half_width as ci_high,
            {{ period_end('period_grain', 'period_start') }} > {{ as_of() }} as is_provisional
        from means
        order by 2, 3, 4, 5
    ) as figures
{% endmacro %}
