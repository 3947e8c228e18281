-- severity: critical
-- description: De uitkomst volgt uit het verschil: onder 0 is below, tot en met 1 punt is
--   in_line, daarboven above. Zonder drie andere gemeenten die opgaven is er geen uitkomst.
-- source: Eigen keuze van de marge van 1 procentpunt; nog te bekrachtigen door de eigenaar van
--   de KPI.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
with others as (
    select
        own.year,
        own.region,
        count(*) as filed
    from own
    inner join warehouse.staging.stg_iv3__staff_costs_by_municipality as accounts
        on
            own.year = accounts.year
            and own.method = 'mean'
            and accounts.is_accounts
            and accounts.salaries_keur <> 0
            and regexp_full_match(accounts.municipality_code, 'GM[0-9][0-9][0-9][0-9]')
            and accounts.municipality_code <> 'GM0303'
    inner join warehouse.register.benchmark_region as region on own.region = region.region
    where
        region.is_whole_country or exists (
            select 1 from warehouse.staging.stg_iv3__region_membership as member
            where
                lower(trim(member.region)) = lower(trim(own.region))
                and member.municipality_code = accounts.municipality_code
                and own.year between member.valid_from and member.valid_until
        )
    group by all
)

select own.year from own left join others on own.year = others.year and own.region = others.region
where own.status is distinct from case
    when own.difference is null or coalesce(others.filed, 0) < 3 then null
    when own.difference < -5e-10 then 'below' when own.difference <= 1 + 5e-10 then 'in_line' else
        'above'
end
