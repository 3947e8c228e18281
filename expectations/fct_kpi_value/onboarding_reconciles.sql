-- type: reconciles
-- severity: critical
-- kpi: onboarding_training_coverage
-- description: Aansluiting training integraal werken: elk jaar telt precies wie in de doelgroep
--   valt en in dat jaar in dienst kwam, en wie daarvan de training heeft afgerond.
-- equal: sample_size, denominator, numerator
select
    record.in_service_since as day,
    1 as denominator,
    record.completed_on <= run.as_of as numerator
from warehouse.staging.stg_hr_training__staff_training as record
cross join run
where record.training = 'integraal_werken' and record.is_in_scope
