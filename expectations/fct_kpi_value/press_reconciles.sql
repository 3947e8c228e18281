-- type: reconciles
-- severity: critical
-- kpi: press_answered
-- description: Aansluiting persvragen: elke vraag telt in het jaar waarin haar termijn afliep,
--   of is weggelaten omdat zij na de peildatum is ontvangen, de termijn nog loopt of de dag buiten
--   de kalender valt; op tijd is een antwoord of procesantwoord op of voor de laatste dag.
-- equal: sample_size, denominator, numerator
-- every: stg_press_mailbox__questions
select
    term.due_on as day,
    1 as denominator,
    record.process_answered_on <= term.due_on or record.answered_on <= term.due_on as numerator,
    case when record.received_on > run.as_of then 'bestaat nog niet' end as left_out
from warehouse.staging.stg_press_mailbox__questions as record
left join
    warehouse.intermediate.int_press_question as term
    on record.question_id = term.question_id
cross join run
