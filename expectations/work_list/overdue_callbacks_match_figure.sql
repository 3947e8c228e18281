-- severity: critical
-- description: Het aantal te late terugbelverzoeken op de lijst is de teller van de stand op de
--   peildatum (callbacks_open_late).
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with figures as (
    select numerator from fct_kpi_value
    where
        kpi_id = 'callbacks_open_late'
        and dimension = 'total'
        and period_grain = 'month'
        and source_state = 'current'
        and period_start = date_trunc('month', as_of)
)

select numerator
from figures
where numerator <> (
    select count(*) from own
    where list = 'callbacks_overdue'
)
