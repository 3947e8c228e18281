-- severity: critical
-- description: Van een cijfer dat nu is afgeschermd staat ook de oude waarde er niet: zij zou
--   helpen het uit te rekenen.
-- on_failure: De query noemt de rijen van kpi_revision die niet kloppen: herstel het model
--   kpi_revision of de levering erachter en start opnieuw.
select own.kpi_id from own
left join fct_kpi_value as figure
    on
        own.kpi_id = figure.kpi_id and own.period_grain = figure.period_grain
        and own.period_start = figure.period_start and own.dimension = figure.dimension
        and own.dimension_value = figure.dimension_value
where figure.is_suppressed and coalesce(own.old_value, own.new_value) is not null
