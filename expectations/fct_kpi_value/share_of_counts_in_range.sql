-- severity: critical
-- description: Een percentage van aantallen ligt van 0 tot en met 100 en de teller is niet
--   groter dan de noemer.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where
    dim_kpi.unit = 'percent'
    and own.kpi_id not in ('external_hiring_share', 'one_desk_interviews')
    and own.denominator = own.sample_size
    and own.numerator is not null
    and (own.value not between 0 and 100 or own.numerator not between 0 and own.denominator)
