-- severity: critical
-- description: Het aantal regels van land, provincies of regio's dat niet meetelt, is dat van de
--   geleverde jaarrekeningen.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
with delivered as (
    select
        year,
        count(*) as aggregates
    from warehouse.staging.stg_iv3__staff_costs_by_municipality
    where is_accounts and not regexp_full_match(municipality_code, 'GM[0-9][0-9][0-9][0-9]')
    group by year
)

select own.year from own left join delivered on own.year = delivered.year
where own.aggregates_left_out <> coalesce(delivered.aggregates, 0)
