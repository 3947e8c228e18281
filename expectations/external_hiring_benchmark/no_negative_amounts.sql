-- severity: warning
-- description: Geen gemeente gaf een negatief bedrag op; zo wel, dan telt het mee en is navraag
--   nodig.
-- on_failure: Bekijk de rijen die de query op external_hiring_benchmark noemt en vraag de
--   eigenaar van de bron of ze kloppen.
select municipality_code from warehouse.staging.stg_iv3__staff_costs_by_municipality
where
    is_accounts
    and regexp_full_match(municipality_code, 'GM[0-9][0-9][0-9][0-9]')
    and (salaries_keur < 0 or hiring_keur < 0)
