-- severity: critical
-- description: Een cijfer buiten de grenzen is een signaal, de kant op die de definitie beter of
--   slechter noemt; en better of worse is alleen een cijfer buiten de grenzen.
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
where is_final and (
    (
        value > upper + margin
        and signal not in (
            case when higher_is_better then 'better' else 'worse' end,
            case when higher_is_better then 'shift_better' else 'shift_worse' end
        )
    )
    or (
        value < lower - margin
        and signal not in (
            case when higher_is_better then 'worse' else 'better' end,
            case when higher_is_better then 'shift_worse' else 'shift_better' end
        )
    )
    or (signal in ('better', 'worse') and value between lower + margin and upper - margin)
    or (signal in ('better', 'shift_better') and (value > centre) <> higher_is_better)
    or (signal in ('worse', 'shift_worse') and (value > centre) = higher_is_better)
)
