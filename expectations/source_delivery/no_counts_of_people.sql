-- severity: critical
-- description: Van een bron over mensen staat er geen aantal rijen, geen aantal herstelde
--   waarden en geen toelichting die telt: het aantal van een bestand kan een afgeschermd cijfer
--   verraden.
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
select file_name
from own
where source in (
    select source_system from warehouse.register.kpi_register
    where is_about_people
)
and (
    rows_delivered is not null or rows_accepted is not null or rows_quarantined is not null
    or cleaned is not null or regexp_matches(note, '[0-9]')
)
