-- severity: warning
-- kpi: external_hiring_share
-- description: Elke boeking telt mee of is weggelaten om een bekende reden: begroting, een
--   andere categorie, of een periode na de peildatum; een andere verslagsoort of een onmogelijke
--   periode is een fout in de levering.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select entry_id from warehouse.staging.stg_finance_hr__staff_costs
where
    report_kind not in ('realisatie', 'begroting') or booking_period not between 1 and 14
    or booked_in_month is null
