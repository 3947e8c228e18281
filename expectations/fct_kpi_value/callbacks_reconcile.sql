-- type: reconciles
-- severity: critical
-- kpi: callbacks_late
-- description: Aansluiting terugbelverzoeken: elk verzoek telt in het jaar waarin zijn termijn
--   afliep, of is weggelaten omdat het na de peildatum is gemaakt, de termijn nog loopt of de dag
--   buiten de kalender valt; te laat is niet afgehandeld op de laatste dag.
-- equal: sample_size, denominator, numerator
-- every: stg_customer_contact__callbacks
select
    term.due_on as day,
    1 as denominator,
    record.handled_on is null or record.handled_on > term.due_on as numerator,
    case when record.made_on > run.as_of then 'bestaat nog niet' end as left_out
from warehouse.staging.stg_customer_contact__callbacks as record
left join warehouse.intermediate.int_callback as term on record.callback_id = term.callback_id
cross join run
