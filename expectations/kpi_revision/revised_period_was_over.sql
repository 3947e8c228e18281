-- severity: critical
-- description: Wat op de peildatum van de vorige release nog niet voorbij was, is geen
--   herziening: het loopt door.
-- on_failure: De query noemt de rijen van kpi_revision die niet kloppen: herstel het model
--   kpi_revision of de levering erachter en start opnieuw.
select own.kpi_id from own cross join warehouse.staging.stg_run__previous as previous
where
    own.is_revision
    and cast(own.period_start + case own.period_grain
        when 'month' then interval 1 month when 'quarter' then interval 3 month else interval 1 year
    end - interval 1 day as date) > previous.as_of
