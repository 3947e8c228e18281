-- severity: critical
-- description: Een verschuiving zijn acht perioden op rij aan een kant van de middenlijn, of
--   twee van de laatste drie meer dan twee sigma ervandaan, met grenzen uit dezelfde reeks; en
--   acht op rij zijn een verschuiving.
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

beside as (
    select
        *,
        sign(value - centre) as side,
        greatest(upper - centre, centre - lower) / 3 as sigma
    from judged
    where is_final and centre is not null
),

runs as (
    select
        kpi_id,
        signal,
        margin,
        count(*) over eight as points,
        min(value - centre) over eight as least_above,
        max(value - centre) over eight as most_above,
        sum(case when value - centre > 2 * sigma - margin then 1 else 0 end) over three as high,
        sum(case when centre - value > 2 * sigma - margin then 1 else 0 end) over three as low
    from beside
    window
        eight as (partition by kpi_id, baseline_from order by period_start rows 7 preceding),
        three as (partition by kpi_id, baseline_from order by period_start rows 2 preceding)
)

select kpi_id from runs
where (
    signal like 'shift%' and high < 2 and low < 2
    and not (points = 8 and (least_above >= -margin or most_above <= margin))
)
or (signal not like 'shift%' and points = 8 and (least_above > margin or most_above < -margin))
