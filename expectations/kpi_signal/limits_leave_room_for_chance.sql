-- severity: critical
-- description: Van een percentage liggen de grenzen ten minste zo ver van de middenlijn als
--   toeval bij dat aantal records geeft, en ten minste een record; een grens op 0 of 100 is
--   afgekapt.
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
)

select kpi_id from judged
where method = 'p_chart' and least(
    case when lower > 0 then centre - lower else 'infinity' end,
    case when upper < 100 then upper - centre else 'infinity' end
) < greatest(3 * sqrt(greatest(centre * (100 - centre), 0) / denominator), 100 / denominator) - 1e-6
