-- severity: critical
-- description: Middenlijn, grenzen en de perioden waar zij uit volgen staan er alle of geen van
--   alle.
-- on_failure: De query noemt de rijen van kpi_signal die niet kloppen: herstel het model
--   kpi_signal of de levering erachter en start opnieuw.
select kpi_id from own
where
    (centre is null) <> (lower is null) or (centre is null) <> (upper is null)
    or (centre is null) <> (baseline_from is null) or (centre is null) <> (baseline_until is null)
