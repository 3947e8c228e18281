-- severity: critical
-- description: Een percentage over het jaar tot nu toe is dat van de opgetelde tellers en
--   noemers van zijn perioden, waar geen daarvan verborgen is.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
with added as (
    select
        own.kpi_id,
        any_value(own.judged_value) as value,
        any_value(own.judged_numerator) as numerator,
        any_value(own.judged_denominator) as denominator,
        sum(figure.numerator) as met,
        sum(figure.denominator) as counted,
        bool_or(figure.is_suppressed) as has_hidden
    from own
    inner join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
    inner join fct_kpi_value as figure
        on
            own.kpi_id = figure.kpi_id
            and own.period_grain = figure.period_grain
            and figure.dimension = 'total'
            and figure.period_start between own.judged_period_start and own.judged_until
    where register.unit = 'percent' and register.direction <> 'benchmark'
    group by 1
)

select kpi_id from added
where not has_hidden and counted > 0 and (
    value is null or abs(value - 100 * met / counted) > 1e-9
    or abs(numerator - met) > 1e-6 or abs(denominator - counted) > 1e-6
)
