-- severity: critical
-- description: Het verschil is de beoordeelde waarde min het doel.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
select kpi_id from own
where
    (gap is null) <> (judged_value is null or target_value is null)
    or abs(gap - (judged_value - target_value)) > 1e-9
