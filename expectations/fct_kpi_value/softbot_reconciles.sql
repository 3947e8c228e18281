-- type: reconciles
-- severity: critical
-- kpi: softbot_cases
-- description: Aansluiting softwarerobots: elk jaar telt precies de verwerkte stukken van alle
--   uitvoeringen tot en met de peildatum.
-- equal: value
select
    started_on as day,
    cases_handled as value
from warehouse.staging.stg_softbot_log__runs
where
    started_on in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    )
