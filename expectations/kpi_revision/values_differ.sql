-- severity: critical
-- description: De oude en de nieuwe waarde zijn verschillend, tenzij het cijfer nu is
--   afgeschermd of er niet meer is en zijn oude waarde niet mag worden getoond.
-- on_failure: De query noemt de rijen van kpi_revision die niet kloppen: herstel het model
--   kpi_revision of de levering erachter en start opnieuw.
select own.kpi_id from own
left join fct_kpi_value as figure
    on
        own.kpi_id = figure.kpi_id and own.period_grain = figure.period_grain
        and own.period_start = figure.period_start and own.dimension = figure.dimension
        and own.dimension_value = figure.dimension_value
where own.old_value is not distinct from own.new_value and not coalesce(figure.is_suppressed, true)
