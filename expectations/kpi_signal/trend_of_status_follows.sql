-- severity: critical
-- description: De trend in kpi_status is het signaal van dezelfde periode, en onbekend waar er
--   geen is.
-- on_failure: De query noemt de rijen van kpi_signal die niet kloppen: herstel het model
--   kpi_signal of de levering erachter en start opnieuw.
select status.kpi_id from kpi_status as status
left join own on own.kpi_id = status.kpi_id and own.period_start = status.period_start
where status.trend <> case coalesce(own.signal, 'unknown')
    when 'none' then 'stable' when 'unknown' then 'unknown' else replace(own.signal, 'shift_', '')
end
