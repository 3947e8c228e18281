-- severity: critical
-- description: Een percentage is precies honderd maal de teller gedeeld door de noemer.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where
    dim_kpi.unit = 'percent' and own.numerator is not null and own.denominator <> 0
    and (
        own.value is null
        or abs(own.value - 100 * own.numerator / own.denominator)
        > 1e-9 * greatest(1, abs(own.value))
    )
