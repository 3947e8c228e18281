-- severity: critical
-- description: Aansluiting: de middenlijn is het gezamenlijke percentage, of het gemiddelde, van
--   de perioden waar de grenzen uit volgen.
-- on_failure: De query noemt de rijen van kpi_signal die niet kloppen: herstel het model
--   kpi_signal of de levering erachter en start opnieuw.
with judged as (
    select
        own.*,
        dim_kpi.direction = 'higher' as higher_is_better,
        figure.numerator,
        figure.denominator,
        not figure.is_provisional as is_final,
        dim_kpi.unit,
        1e-6 * greatest(1, abs(own.centre)) as margin
    from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
    inner join fct_kpi_value as figure
        on
            own.kpi_id = figure.kpi_id and own.period_grain = figure.period_grain
            and own.period_start = figure.period_start and figure.dimension = 'total'
),

centres as (
    select
        judged.kpi_id,
        judged.period_start,
        judged.centre,
        case
            when
                judged.method = 'p_chart'
                then 100 * sum(before.numerator) / sum(before.denominator)
            else avg(before.value)
        end as expected
    from judged inner join judged as before
        on
            judged.kpi_id = before.kpi_id and before.is_final
            and before.period_start between judged.baseline_from and judged.baseline_until
    group by judged.kpi_id, judged.period_start, judged.centre, judged.method
)

select kpi_id from centres
where abs(centre - expected) > 1e-6 * greatest(1, abs(expected))
