-- severity: critical
-- description: Van elk ander cijfer liggen de grenzen 2,66 keer het gemiddelde verschil tussen
--   opeenvolgende perioden van de middenlijn, van een aantal ten minste 1; een grens op 0 of 100
--   is afgekapt.
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

moves as (
    select
        kpi_id,
        period_start,
        abs(value - lag(value) over (partition by kpi_id order by period_start)) as move
    from judged
    where is_final
),

widths as (
    select
        judged.kpi_id,
        judged.period_start,
        judged.centre,
        judged.lower,
        judged.upper,
        judged.unit,
        judged.margin,
        greatest(2.66 * avg(moves.move), max(case judged.unit when 'count' then 1 else 0 end))
            as width
    from judged inner join moves
        on
            judged.kpi_id = moves.kpi_id
            and moves.period_start > judged.baseline_from
            and moves.period_start <= judged.baseline_until
    where judged.method = 'xmr'
    group by all
)

select kpi_id from widths
where
    (lower <> 0 and abs(centre - lower - width) > margin)
    or (not (unit = 'percent' and upper = 100) and abs(upper - centre - width) > margin)
    or (lower = 0 and centre - width > margin)
    or (unit = 'percent' and upper = 100 and centre + width < 100 - margin)
