-- severity: critical
-- kpi: b1_training_coverage
-- description: Zolang er medewerkers in de doelgroep zijn, is er een stand van de peildatum.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_b1_training_coverage naast de
--   records van hr_training, herstel het model of de levering en start opnieuw.
select 1 as absent
where
    'hr_training' not in (
        select source from warehouse.staging.stg_run__source
        where state = 'stopped'
    )
    and exists (
        select 1 from warehouse.staging.stg_hr_training__staff_training
        where
            training = 'b1_schrijven' and is_in_scope
            and coalesce(
                in_service_since <= (select as_of from warehouse.staging.stg_run__context), true
            )
            and coalesce(
                out_of_service_from > (select as_of from warehouse.staging.stg_run__context), true
            )
    )
    and not exists (
        select 1 from own
        where
            kpi_id = 'b1_training_coverage' and period_grain = 'year' and dimension = 'total'
            and period_start
            = date_trunc('year', (select as_of from warehouse.staging.stg_run__context))
    )
