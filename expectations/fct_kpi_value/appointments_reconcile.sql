-- type: reconciles
-- severity: critical
-- kpi: appointment_within_5d
-- description: Aansluiting afspraken: elke afspraak telt in het jaar waarin haar termijn begon,
--   of is weggelaten omdat het spoed is of de termijn na de peildatum begint; op tijd is een
--   afspraak met hooguit vijf werkdagen ertussen, los geteld over de kalender.
-- equal: sample_size, denominator, numerator
-- every: stg_civil_affairs__appointments
with appointments as (
    select
        is_urgent,
        appointment_on,
        greatest(requested_on, wanted_from) as starts_on
    from warehouse.staging.stg_civil_affairs__appointments
),

counted as (
    select
        record.starts_on,
        record.is_urgent,
        ended.is_working_day,
        ended.working_day_number - started.working_day_number as days
    from appointments as record
    left join warehouse.intermediate.int_calendar as started on record.starts_on = started.date
    left join warehouse.intermediate.int_calendar as ended on record.appointment_on = ended.date
)

select
    starts_on as day,
    1 as denominator,
    days < 5 or (days = 5 and is_working_day) as numerator,
    case when is_urgent then 'spoed' end as left_out
from counted
