-- severity: warning
-- kpi: mijndronten_users
-- description: Elke inlog is met DigiD, eHerkenning of eIDAS; een ander middel is een fout in de
--   levering en telt niet mee.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select login_id from warehouse.staging.stg_mijndronten__logins
where
    logged_in_on <= (select as_of from warehouse.staging.stg_run__context)
    and (login_method is null or login_method not in ('digid', 'eherkenning', 'eidas'))
