-- severity: warning
-- kpi: digital_self_service_share
-- description: Elke aanvraag die digitaal kan, heeft een product en een bekend kanaal (digitaal,
--   balie, post, telefoon); zonder product staat zij alleen in het totaal.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select case_id from warehouse.staging.stg_case_system__cases
where
    case_type = 'aanvraag' and is_digital_possible
    and (
        product is null
        or channel is null
        or channel not in ('digitaal', 'balie', 'post', 'telefoon')
    )
