-- severity: warning
-- kpi: service_norm_reports
-- description: Elke melding gaat over een dienstverleningsnorm of over een onbegrijpelijke
--   tekst; een andere soort is een fout in de levering en telt nergens mee.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select report_id from warehouse.staging.stg_service_norm_reports__reports
where
    received_on <= (select as_of from warehouse.staging.stg_run__context)
    and (kind is null or kind not in ('dienstverleningsnorm', 'onbegrijpelijke_tekst'))
