-- type: reconciles
-- severity: critical
-- kpi: triage_first_response
-- description: Aansluiting triage: elke zaak telt in het jaar waarin haar termijn afliep, of is
--   weggelaten omdat zij van een ander type is, na de peildatum is ontvangen, de termijn nog loopt
--   of de dag buiten de kalender valt; op tijd is een eerste reactie op of voor de laatste dag.
-- equal: sample_size, denominator, numerator
-- every: stg_case_system__cases
select
    term.due_on as day,
    1 as denominator,
    record.reacted_on <= term.due_on as numerator,
    case
        when coalesce(record.case_type, '') <> 'triage' then 'andere zaak'
        when record.received_on > run.as_of then 'bestaat nog niet'
    end as left_out
from warehouse.staging.stg_case_system__cases as record
left join warehouse.intermediate.int_case_reaction as term on record.case_id = term.case_id
cross join run
