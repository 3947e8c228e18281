-- severity: critical
-- description: De getoonde waarde is het totaal van dezelfde KPI en periode in fct_kpi_value.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
select own.kpi_id from own
left join fct_kpi_value as figure
    on
        own.kpi_id = figure.kpi_id and own.period_grain = figure.period_grain
        and own.period_start = figure.period_start and figure.dimension = 'total'
where
    (own.period_start is not null and figure.kpi_id is null)
    or own.value is distinct from figure.value
    or (figure.kpi_id is not null and own.is_provisional <> figure.is_provisional)
