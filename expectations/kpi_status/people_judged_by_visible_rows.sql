-- severity: critical
-- description: Wat over mensen beoordeeld wordt volgt uit totalen die getoond zijn: elke
--   verborgen periode erin ligt in een getoond kwartaal of jaar dat er helemaal in valt.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
select own.kpi_id from own
inner join
    warehouse.register.kpi_register as register
    on own.kpi_id = register.kpi_id and register.is_about_people
inner join fct_kpi_value as figure
    on
        own.kpi_id = figure.kpi_id
        and own.period_grain = figure.period_grain
        and figure.dimension = 'total'
        and figure.period_start between own.judged_period_start and own.judged_until
where
    figure.is_suppressed
    and (
        own.judged_value is not null
        or own.judged_numerator is not null
        or own.judged_denominator is not null
        or own.judged_sample_size is not null
        or own.judged_ci_low is not null
        or own.judged_ci_high is not null
    )
    and not exists (
        select 1 from fct_kpi_value as whole
        where
            whole.kpi_id = own.kpi_id and whole.dimension = 'total' and not whole.is_suppressed
            and whole.period_grain in ('quarter', 'year')
            and whole.period_start >= own.judged_period_start
            and whole.period_start = date_trunc(whole.period_grain, figure.period_start)
            and whole.period_start
            + interval 1 month * case whole.period_grain when 'quarter' then 3 else 12 end
            <= own.judged_until + interval 1 day
    )
