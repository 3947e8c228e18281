-- severity: critical
-- kpi: public_space_feedback_lag
-- description: Het aantal werkdagen tot de terugkoppeling is nooit negatief.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_public_space_feedback_lag naast de
--   records van fixi, herstel het model of de levering en start opnieuw.
select period_start from own
where kpi_id = 'public_space_feedback_lag' and value < 0
