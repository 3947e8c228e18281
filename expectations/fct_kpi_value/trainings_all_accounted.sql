-- severity: warning
-- kpi: b1_training_coverage
-- description: Elke training is b1_schrijven of integraal_werken; een andere is een fout in de
--   levering en telt nergens mee.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select employee_id from warehouse.staging.stg_hr_training__staff_training
where training is null or training not in ('b1_schrijven', 'integraal_werken')
