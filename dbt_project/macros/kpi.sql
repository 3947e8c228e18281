{# Arithmetic that KPIs share. A KPI model names its records; everything else is here.
   Not here: what one KPI counts. #}

{# The as-of date. #}
{% macro as_of() -%}
    (select as_of from {{ ref('stg_run__context') }})
{%- endmacro %}

{# Last day of the period of that grain that starts on that day. #}
{% macro period_end(grain, period_start) -%}
    cast(
        case {{ grain }}
            when 'month' then {{ period_start }} + interval 1 month
            when 'quarter' then {{ period_start }} + interval 3 month
            else {{ period_start }} + interval 1 year
        end - interval 1 day as date
    )
{%- endmacro %}

{# The grains of a KPI: that of its headline in the register and every coarser one. #}
{% macro kpi_grains(kpi_id) %}
    select grains.period_grain
    from (values ('month', 1), ('quarter', 2), ('year', 3)) as grains (period_grain, coarseness)
    where
        grains.coarseness >= (
            select
                case register.period_grain when 'month' then 1 when 'quarter' then 2 else 3 end
            from {{ ref('kpi_register') }} as register
            where register.kpi_id = '{{ kpi_id }}'
        )
{% endmacro %}

{# The periods of a KPI from the one of the first `date` of a relation that is in the calendar, to
   the one of the as-of date, with judged_on, the day on which a stock is taken: the last day
   of the period, or the as-of date where that comes first. One mistyped year must not make a
   row per month since. #}
{% macro kpi_periods(kpi_id, relation, date) %}
    select distinct
        grains.period_grain,
        cast(date_trunc(grains.period_grain, months.month_start) as date) as period_start,
        least(
            {{ period_end(
                'grains.period_grain', 'date_trunc(grains.period_grain, months.month_start)'
            ) }},
            {{ as_of() }}
        ) as judged_on
    from (
        select
            unnest(
                range(
                    date_trunc(
                        'month',
                        (select min({{ date }}) from {{ relation }} where {{ in_calendar(date) }})
                    ),
                    cast({{ as_of() }} as timestamp) + interval 1 day,
                    interval 1 month
                )
            ) as month_start
    ) as months
    cross join ({{ kpi_grains(kpi_id) }}) as grains
{% endmacro %}

{# The records of a KPI once for every period that they belong to, for figures that no sum of
   months gives (a median). Records dated after the as-of date do not exist. #}
{% macro kpi_records(kpi_id, records) %}
    select
        grains.period_grain,
        cast(date_trunc(grains.period_grain, records.event_date) as date) as period_start,
        records.*
    from {{ records }} as records
    cross join ({{ kpi_grains(kpi_id) }}) as grains
    where records.event_date <= {{ as_of() }}
{% endmacro %}

{# The records of the year so far, for a KPI whose year is no sum of its periods: of `placed` (what
   kpi_records gave) those of the headline grain in periods that are over, of the calendar year that
   holds the latest of these; as the grain year_so_far, which int_kpi_judged reads and no published
   table shows. Its period_start is 1 January. #}
{% macro kpi_year_so_far(kpi_id, placed) %}
    select records.* replace (
        'year_so_far' as period_grain,
        cast(date_trunc('year', records.period_start) as date) as period_start
    )
    from {{ placed }} as records
    inner join {{ ref('kpi_register') }} as register
        on records.period_grain = register.period_grain and register.kpi_id = '{{ kpi_id }}'
    where {{ period_end('records.period_grain', 'records.period_start') }} <= {{ as_of() }}
    qualify year(records.period_start) = max(year(records.period_start)) over ()
{% endmacro %}

{# Aggregates per period, as total and per breakdown. `records` has period_grain, period_start and
   a column per breakdown; `aggregates` gives an expression per column wanted. #}
{% macro kpi_cells(records, aggregates, breakdowns=[]) %}
    {% for breakdown in ['total'] + breakdowns %}
    select
        period_grain,
        period_start,
        '{{ breakdown }}' as dimension,
        {{ "'total'" if loop.first else breakdown }} as dimension_value,
        {%- for name, expression in aggregates.items() %}
        {{ expression }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ records }}
    {{ 'where ' ~ breakdown ~ ' is not null' if not loop.first }}
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}

{# Bound of the 95 % Wilson interval of a share, in percent; side is '-' or '+'.
   z = 1.959963984540054. The bound never passes the share itself by a rounding error. #}
{% macro wilson_bound(met, counted, side) -%}
    {% set p = '(cast(' ~ met ~ ' as double) / ' ~ counted ~ ')' %}
    {% set z2 = '3.841458820694124e0' %}
    {{ 'greatest' if side == '+' else 'least' }}(
        100 * {{ p }},
        {{ 'least(100e0' if side == '+' else 'greatest(0e0' }},
            100 * (
                {{ p }} + {{ z2 }} / (2 * {{ counted }})
                {{ side }} 1.959963984540054e0 * sqrt(
                    {{ p }} * (1 - {{ p }}) / {{ counted }}
                    + {{ z2 }} / (4 * cast({{ counted }} as double) * {{ counted }})
                )
            ) / (1 + {{ z2 }} / {{ counted }})
        )
    )
{%- endmacro %}

{# Sums per period (the grain of the KPI in the register and every coarser one), as total and per
   breakdown. `records` is a relation with one row per record that counts:
     event_date (date), numerator, denominator (exact numbers), and a column per breakdown; a record
     without a value in a breakdown is left out of that breakdown only, one without a denominator
     counts in measures only.
   `measures` are figures beside the headline: name, numerator, denominator (columns of records)
     and the dimension in which it stands, measure if none is given; a record counts in it where
     its denominator is not null.
   Records dated after the as-of date do not exist.
   Gives period_grain, period_start, dimension, dimension_value, numerator, denominator (exact
   decimals) and sample_size. #}
{% macro kpi_totals(kpi_id, records, breakdowns=[], measures=[]) %}
    {# Summed by month first: all that follows works on a small table. #}
    with by_month as (
        select
            cast(date_trunc('month', event_date) as date) as month_start,
            {%- for breakdown in breakdowns %}
            {{ breakdown }},
            {%- endfor %}
            {%- for measure in measures %}
            cast(
                sum({{ measure.numerator }}) filter (where {{ measure.denominator }} is not null)
                as decimal(38, 6)
            ) as numerator_{{ loop.index }},
            cast(sum({{ measure.denominator }}) as decimal(38, 6)) as denominator_{{ loop.index }},
            count({{ measure.denominator }}) as sample_size_{{ loop.index }},
            {%- endfor %}
            coalesce(
                cast(sum(numerator) filter (where denominator is not null) as decimal(38, 6)), 0
            ) as numerator,
            coalesce(cast(sum(denominator) as decimal(38, 6)), 0) as denominator,
            count(denominator) as sample_size
        from {{ records }}
        where event_date <= {{ as_of() }}
        group by all
    ),

    cells as (
        select
            month_start, 'total' as dimension, 'total' as dimension_value,
            numerator, denominator, sample_size
        from by_month
        {%- for breakdown in breakdowns %}
        union all
        select
            month_start, '{{ breakdown }}' as dimension, {{ breakdown }} as dimension_value,
            numerator, denominator, sample_size
        from by_month
        where {{ breakdown }} is not null and sample_size > 0
        {%- endfor %}
        {%- for measure in measures %}
        union all
        select
            month_start, '{{ measure.dimension or 'measure' }}' as dimension,
            '{{ measure.name }}' as dimension_value,
            numerator_{{ loop.index }}, denominator_{{ loop.index }}, sample_size_{{ loop.index }}
        from by_month
        where sample_size_{{ loop.index }} > 0
        {%- endfor %}
    ),

    grains as (
        {{ kpi_grains(kpi_id) }}
    )

    select
        grains.period_grain,
        cast(
            case grains.period_grain
                when 'month' then cells.month_start
                when 'quarter' then date_trunc('quarter', cells.month_start)
                else date_trunc('year', cells.month_start)
            end as date
        ) as period_start,
        cells.dimension,
        cells.dimension_value,
        cast(sum(cells.numerator) as decimal(38, 6)) as numerator,
        cast(sum(cells.denominator) as decimal(38, 6)) as denominator,
        cast(sum(cells.sample_size) as bigint) as sample_size
    from cells
    cross join grains
    group by 1, 2, 3, 4
{% endmacro %}

{# From sums (the columns of kpi_totals) to the columns of a KPI model: a percentage, its interval
   where the register says that the KPI is a sample and the figure counts records, and whether the
   period is over. Divided last and once, so that 3 of 5 is exactly 60. #}
{% macro kpi_percentages(kpi_id, totals) %}
    {% set is_counted = "register.is_sampled and totals.sample_size > 0 and totals.denominator = totals.sample_size" %}
    select
        '{{ kpi_id }}' as kpi_id,
        totals.period_grain,
        totals.period_start,
        totals.dimension,
        totals.dimension_value,
        case
            when totals.denominator <> 0
                then cast(100 * totals.numerator as double) / cast(totals.denominator as double)
        end as value,
        cast(totals.numerator as double) as numerator,
        cast(totals.denominator as double) as denominator,
        totals.sample_size,
        case
            when {{ is_counted }}
                then {{ wilson_bound('totals.numerator', 'totals.sample_size', '-') }}
        end as ci_low,
        case
            when {{ is_counted }}
                then {{ wilson_bound('totals.numerator', 'totals.sample_size', '+') }}
        end as ci_high,
        {{ period_end('totals.period_grain', 'totals.period_start') }} > {{ as_of() }}
            as is_provisional
    from {{ totals }} as totals
    cross join {{ ref('kpi_register') }} as register
    where register.kpi_id = '{{ kpi_id }}'
    order by 2, 3, 4, 5
{% endmacro %}

{# A share of records (or of amounts): sums and percentages in one. #}
{% macro kpi_share(kpi_id, records, breakdowns=[], measures=[]) %}
    select figures.*
    from (
        with totals as (
            {{ kpi_totals(kpi_id, records, breakdowns, measures) }}
        )

        {{ kpi_percentages(kpi_id, 'totals') }}
    ) as figures
{% endmacro %}
