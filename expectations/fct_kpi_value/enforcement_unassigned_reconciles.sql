-- type: reconciles
-- severity: critical
-- kpi: enforcement_response
-- description: Aansluiting niet verdeeld: elke ontvangen toezichtmelding staat in het jaar van
--   ontvangst in de noemer, en in de teller als zij op de peildatum niet is verdeeld.
-- equal: sample_size, denominator, numerator
-- part: measure unassigned
select
    record.received_on as day,
    1 as denominator,
    record.assigned_on is null or record.assigned_on > run.as_of as numerator
from warehouse.staging.stg_case_system__cases as record
cross join run
where record.case_type = 'toezichtmelding'
