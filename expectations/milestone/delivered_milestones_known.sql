-- severity: warning
-- description: Elke geleverde mijlpaal staat in het register; een andere naam is een fout in de
--   levering en telt niet mee.
-- on_failure: Bekijk de rijen die de query op milestone noemt en vraag de eigenaar van de bron
--   of ze kloppen.
select milestone_id from warehouse.staging.stg_programme_register__milestones
where milestone_id is null or milestone_id not in (select milestone_id from own)
