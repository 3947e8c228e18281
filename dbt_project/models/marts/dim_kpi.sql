with kpis as (
    select
        register.*,
        ratified.ratified_on,
        ratified.ratified_by,
        parts.short_nl,
        parts.counts_nl,
        parts.excludes_nl,
        parts.period_nl,
        parts.breakdowns_nl,
        -- what holds for every KPI of a kind is written once, here
        nullif(
            concat_ws(
                ' ',
                parts.caveats_nl,
                case
                    when register.is_sampled
                        then
                            'Het cijfer is een steekproef: het staat er met een 95 %-interval, van '
                            || case register.unit
                                when 'percent' then 'Wilson.' else 'Student (t).'
                            end
                end,
                case
                    when register.is_about_people
                        then
                            'Staan er 1 tot en met 4 records achter een cijfer, dan wordt het niet '
                            || 'getoond, en zo nodig ook niet een cijfer ernaast waarmee het te '
                            || 'vinden is; delen zijn er alleen van perioden die voorbij zijn.'
                end
            ),
            ''
        ) as caveats_nl
    from {{ ref('kpi_register') }} as register
    left join {{ ref('kpi_definition') }} as parts on register.kpi_id = parts.kpi_id
    left join {{ ref('stg_run__ratification') }} as ratified on register.kpi_id = ratified.kpi_id
)

select
    kpi_id,
    name_nl,
    name_en,
    concat_ws(
        ' ', short_nl, counts_nl, excludes_nl, period_nl, breakdowns_nl, caveats_nl
    ) as definition_nl,
    unit,
    direction,
    period_grain,
    source_system,
    document,
    owner,
    definition_version,
    short_nl,
    counts_nl,
    excludes_nl,
    caveats_nl,
    goal_id,
    ratified_on,
    ratified_by,
    period_nl,
    breakdowns_nl
from kpis
order by kpi_id
