-- severity: critical
-- description: De vorige waarde is die van dezelfde periode een jaar eerder.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
select own.kpi_id from own
left join fct_kpi_value as figure
    on
        own.kpi_id = figure.kpi_id and own.period_grain = figure.period_grain
        and cast(own.period_start - interval 1 year as date) = figure.period_start
        and figure.dimension = 'total'
where own.previous_value is distinct from figure.value
