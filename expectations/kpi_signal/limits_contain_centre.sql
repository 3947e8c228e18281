-- severity: critical
-- description: De middenlijn ligt tussen de grenzen.
-- on_failure: De query noemt de rijen van kpi_signal die niet kloppen: herstel het model
--   kpi_signal of de levering erachter en start opnieuw.
select kpi_id from own
where lower > centre + 1e-6 or centre > upper + 1e-6
