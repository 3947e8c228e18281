-- severity: warning
-- kpi: procurement_lawfulness
-- description: Elk oordeel is rechtmatig, onrechtmatig of onzeker; een ander oordeel is een fout
--   in de levering en telt als niet rechtmatig.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select file_id from warehouse.staging.stg_procurement__files
where
    tested_on <= (select as_of from warehouse.staging.stg_run__context)
    and (judgement is null or judgement not in ('rechtmatig', 'onrechtmatig', 'onzeker'))
