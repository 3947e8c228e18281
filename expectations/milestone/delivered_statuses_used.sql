-- severity: warning
-- description: Elke geleverde stand telt: zij is bekend en niet van na de peildatum.
-- on_failure: Bekijk de rijen die de query op milestone noemt en vraag de eigenaar van de bron
--   of ze kloppen.
select delivered.milestone_id from warehouse.staging.stg_programme_register__milestones as delivered
inner join own on own.milestone_id = delivered.milestone_id
where delivered.status is distinct from own.status
