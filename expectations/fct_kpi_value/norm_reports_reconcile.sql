-- type: reconciles
-- severity: critical
-- kpi: service_norm_reports
-- description: Aansluiting meldingen over dienstverleningsnormen: elk jaar telt precies de
--   meldingen van die soort tot en met de peildatum.
-- equal: value
select
    received_on as day,
    1 as value
from warehouse.staging.stg_service_norm_reports__reports
where
    kind = 'dienstverleningsnorm'
    and received_on in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    )
