-- noqa: disable=RF05,RF06
-- Headings for people: Dutch, with capitals and spaces.
select
    kpi.name_nl as "KPI",
    {{ period_nl('status.period_grain', 'status.period_start', 'first_day') }} as "Periode",
    status.value as "Waarde",
    {{ word_nl('unit', 'kpi.unit') }} as "Eenheid",
    status.judged_period_start as "Beoordeeld vanaf",
    status.judged_until as "Beoordeeld tot en met",
    status.judged_value as "Beoordeelde waarde",
    status.judged_ci_low as "Ondergrens beoordeeld",
    status.judged_ci_high as "Bovengrens beoordeeld",
    -- beside other municipalities there is no number to reach: what is asked is said in words
    case
        when kpi.direction = 'benchmark' then {{ word_nl('benchmark', "'target'") }}
        else status.comparator
    end as "Vergelijking",
    status.target_value as "Doel",
    status.target_from as "Doel vanaf",
    status.gap as "Verschil",
    {{ word_nl('status', 'status.status') }} as "Oordeel",
    status.previous_year_value as "Vorig heel jaar",
    {{ word_nl('status', 'status.previous_year_status') }} as "Oordeel vorig heel jaar",
    status.previous_value as "Een jaar eerder",
    {{ word_nl('trend', 'status.trend') }} as "Trend",
    figures.ci_low as "Ondergrens",
    figures.ci_high as "Bovengrens",
    {{ yes_nl('status.is_provisional') }} as "Voorlopig",
    {{ yes_nl('coalesce(figures.is_suppressed, false)') }} as "Verborgen",
    {{ yes_nl("coalesce(figures.source_state, 'current') = 'stale'") }} as "Verouderde bron",
    {{ yes_nl('status.is_outdated') }} as "Te oud cijfer",
    kpi.owner as "Eigenaar",
    kpi.definition_nl as "Definitie",
    {{ word_nl('grain', 'kpi.period_grain') }} as "Soort periode",
    status.period_start as "Begin periode",
    {{ period_end('status.period_grain', 'status.period_start') }} as "Einde periode",
    coalesce(figures.as_of, {{ as_of() }}) as "Peildatum",
    context.release_id as "Uitgave",
    kpi.kpi_id as "Code"
from {{ ref('kpi_status') }} as status
inner join {{ ref('dim_kpi') }} as kpi on status.kpi_id = kpi.kpi_id
left join {{ ref('dim_date') }} as first_day on status.period_start = first_day.date
left join {{ ref('fct_kpi_value') }} as figures
    on
        status.kpi_id = figures.kpi_id
        and status.period_grain = figures.period_grain
        and status.period_start = figures.period_start
        and figures.dimension = 'total'
cross join {{ ref('stg_run__context') }} as context
order by kpi.name_nl, "Code"
