-- type: reconciles
-- severity: critical
-- kpi: service_award_nominations
-- description: Aansluiting nominaties: het aantal van elk jaar is de laatste stand van de teller
--   in dat jaar, tot en met de peildatum.
-- equal: value
select
    counted_on as day,
    reading as value
from warehouse.staging.stg_programme_register__counters
where
    counter = 'service_award_nominations'
    and counted_on <= (select as_of from run)
    and counted_on in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    )
qualify row_number() over (partition by year(counted_on) order by counted_on desc) = 1
