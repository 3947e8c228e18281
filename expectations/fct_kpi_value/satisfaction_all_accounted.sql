-- severity: warning
-- kpi: website_satisfaction
-- description: Elke reactie telt mee of is weggelaten omdat zij na de peildatum is verstuurd;
--   een andere schaal of een score buiten de schaal is een fout in de levering.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select response_id from warehouse.staging.stg_klant_in_focus__responses
where
    sent_on <= (select as_of from warehouse.staging.stg_run__context)
    and (scale_max not in (2, 5, 10) or score not between 1 and scale_max)
