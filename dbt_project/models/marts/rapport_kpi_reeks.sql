-- noqa: disable=RF05,RF06
-- Headings for people: Dutch, with capitals and spaces.
{% set key %}
    concat_ws('|', kpi_id, period_grain, period_start, dimension, dimension_value)
{% endset %}

with figures as (
    select
        *,
        {{ key }} as row_key,
        {{ period_end('period_grain', 'period_start') }} as period_end
    from {{ ref('fct_kpi_value') }}
),

kpis as (
    select
        dim_kpi.kpi_id,
        dim_kpi.name_nl,
        dim_kpi.unit,
        {{ kpi_aggregation('register') }} = 'sum' as is_sum
    from {{ ref('dim_kpi') }} as dim_kpi
    inner join {{ ref('kpi_register') }} as register on dim_kpi.kpi_id = register.kpi_id
),

published as (
    select
        figures.*,
        context.release_id,
        -- what was shown first would help to compute what is hidden now
        case
            when without_past.kpi_id is null then coalesce(before.first_value, figures.value)
        end as first_value,
        case
            when without_past.kpi_id is not null then null
            when before.first_value is not null then before.first_release
            when figures.value is not null then context.release_id
        end as first_release,
        -- once final and another since
        coalesce(
            before.was_revised
            or (before.was_final and {{ differs('before.value_before', 'figures.value') }}),
            false
        ) as is_revised
    from figures
    left join {{ ref('stg_previous_release__rapport_kpi_reeks') }} as before
        on figures.row_key = before.row_key
    left join {{ ref('int_kpi_without_past') }} as without_past
        on
            figures.kpi_id = without_past.kpi_id
            and figures.period_grain = without_past.period_grain
            and figures.period_start = without_past.period_start
    cross join {{ ref('stg_run__context') }} as context
)

select
    kpi.name_nl as "KPI",
    {{ period_nl('published.period_grain', 'published.period_start', 'first_day') }} as "Periode",
    {{ word_nl('dimension', 'published.dimension') }} as "Uitsplitsing",
    {{ part_nl('published.dimension', 'published.dimension_value') }} as "Onderdeel",
    published.value as "Waarde",
    -- a figure beside the headline has a unit of its own, which the definition names
    case
        when published.dimension <> 'measure' then {{ word_nl('unit', 'kpi.unit') }}
    end as "Eenheid",
    published.numerator as "Teller",
    published.denominator as "Noemer",
    published.sample_size as "Aantal",
    published.ci_low as "Ondergrens",
    published.ci_high as "Bovengrens",
    targets.comparator as "Vergelijking",
    targets.target_value as "Doel",
    {{ yes_nl('published.is_provisional') }} as "Voorlopig",
    {{ yes_nl('published.is_suppressed') }} as "Verborgen",
    {{ yes_nl("published.source_state = 'stale'") }} as "Verouderde bron",
    published.first_value as "Eerste waarde",
    published.first_release as "Eerste uitgave",
    case
        when not coalesce({{ differs('published.first_value', 'published.value') }}, false)
            then 'nee'
        when published.is_revised then 'ja'
        else 'loopt door'
    end as "Herzien",
    {{ word_nl('grain', 'published.period_grain') }} as "Soort periode",
    published.period_start as "Begin periode",
    published.period_end as "Einde periode",
    published.as_of as "Peildatum",
    published.release_id as "Uitgave",
    published.kpi_id as "Code",
    published.row_key as "Sleutel",
    case
        when targets.target_value is null then null
        when published.dimension = 'total' then 'doel'
        else 'doel van het geheel'
    end as "Soort doel"
from published
inner join kpis as kpi on published.kpi_id = kpi.kpi_id
left join {{ ref('dim_date') }} as first_day on published.period_start = first_day.date
-- the target in force on the last day of the period, in every grain and beside every part; a
-- target for the sum of a year says nothing of its months, nor of another figure beside the
-- headline
left join {{ ref('fct_kpi_target') }} as targets
    on
        published.kpi_id = targets.kpi_id
        and published.dimension <> 'measure'
        and (published.period_grain = 'year' or not kpi.is_sum)
        and targets.kind = 'target'
        and targets.period_start <= published.period_end
        and published.period_end <= coalesce(targets.period_end, published.period_end)
-- a KPI from years to months, each in time order, the total first
order by
    kpi.name_nl,
    list_position(['year', 'quarter', 'month'], published.period_grain),
    published.period_start,
    published.dimension <> 'total',
    published.dimension,
    published.dimension_value,
    "Sleutel"
