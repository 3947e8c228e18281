-- severity: critical
-- kpi: procurement_lawfulness
-- description: Het aantal getoetste dossiers dat ernaast staat is de noemer van de score.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_procurement_lawfulness naast de
--   records van procurement, herstel het model of de levering en start opnieuw.
select total.period_start from own as total
left join own as tested
    on
        tested.kpi_id = total.kpi_id and tested.period_grain = total.period_grain
        and tested.period_start = total.period_start and tested.dimension_value = 'files_tested'
where
    total.kpi_id = 'procurement_lawfulness'
    and total.dimension = 'total'
    and total.source_state = 'current'
    and tested.value is distinct from total.denominator
