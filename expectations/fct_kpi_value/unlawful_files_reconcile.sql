-- type: reconciles
-- severity: critical
-- kpi: unlawful_files
-- description: Aansluiting onrechtmatige dossiers: elk jaar telt precies de dossiers met oordeel
--   onrechtmatig tot en met de peildatum.
-- equal: value
select
    tested_on as day,
    1 as value
from warehouse.staging.stg_procurement__files
where
    judgement = 'onrechtmatig'
    and tested_on in (
        select date from warehouse.intermediate.int_calendar
        where is_reviewed
    )
