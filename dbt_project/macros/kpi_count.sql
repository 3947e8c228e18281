{# Figures that are a quantity and no share: counts, sums, readings of a counter.
   Not here: shares (kpi.sql) and means (kpi_mean.sql). #}

{# From cells (period_grain, period_start, dimension, dimension_value, quantity, sample_size) to the
   columns of a KPI model: the quantity is the value, there is nothing that it is a share of. #}
{% macro kpi_quantities(kpi_id, cells) %}
    select
        '{{ kpi_id }}' as kpi_id,
        period_grain,
        period_start,
        dimension,
        dimension_value,
        cast(quantity as double) as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        sample_size,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        {{ period_end('period_grain', 'period_start') }} > {{ as_of() }} as is_provisional
    from {{ cells }}
    order by 2, 3, 4, 5
{% endmacro %}

{# The periods of a KPI from the first to the last record of a table (a relation with event_date):
   in these a count without records is 0, outside them nothing is known. #}
{% macro kpi_delivered_periods(kpi_id, dates) %}
    {% set known = '(select event_date from ' ~ dates ~ ' where event_date <= ' ~ as_of() ~ ')' %}
    select periods.*
    from (
        {{ kpi_periods(kpi_id, known, 'event_date') }}
    ) as periods
    where periods.period_start <= (select max(event_date) from {{ known }})
{% endmacro %}

{# Sums per period, as total and per breakdown. `records` has event_date, quantity (an exact
   number) and a column per breakdown; a record without a value in a breakdown is left out of that
   breakdown only. `dates` is a relation with the event_date of every record of the table, also of
   those that do not count here: the total is 0 where they say that something was delivered.
   Gives the cells of kpi_quantities. #}
{% macro kpi_sums(kpi_id, records, dates, breakdowns=[]) %}
    with placed as (
        {{ kpi_records(kpi_id, records) }}
    ),

    sums as (
        {{ kpi_cells(
            'placed',
            {'quantity': 'cast(sum(quantity) as decimal(38, 6))', 'sample_size': 'count(*)'},
            breakdowns
        ) }}
    ),

    periods as (
        {{ kpi_delivered_periods(kpi_id, dates) }}
    )

    select
        periods.period_grain,
        periods.period_start,
        'total' as dimension,
        'total' as dimension_value,
        coalesce(sums.quantity, 0) as quantity,
        coalesce(sums.sample_size, 0) as sample_size
    from periods
    left join sums
        on
            periods.period_grain = sums.period_grain
            and periods.period_start = sums.period_start
            and sums.dimension = 'total'
    union all
    select * from sums
    where dimension <> 'total'
{% endmacro %}

{# A count: one record is one. The columns of a KPI model. #}
{% macro kpi_count(kpi_id, records, dates, breakdowns=[]) %}
    select figures.*
    from (
        with counted as (
            select
                *,
                1 as quantity
            from {{ records }}
        ),

        cells as (
            {{ kpi_sums(kpi_id, 'counted', dates, breakdowns) }}
        )

        {{ kpi_quantities(kpi_id, 'cells') }}
    ) as figures
{% endmacro %}
