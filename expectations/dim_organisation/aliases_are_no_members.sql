-- severity: critical
-- description: Een andere naam van een team of afdeling is geen eigen rij.
-- on_failure: De query noemt de rijen van dim_organisation die niet kloppen: herstel het model
--   dim_organisation of de levering erachter en start opnieuw.
select organisation_key from own
where organisation_key in (select lower(trim(alias)) from warehouse.register.organisation_alias)
