-- severity: critical
-- description: Aansluiting Iv3: gemeenten en gewogen aandeel volgen uit de geleverde bedragen
--   van de jaarrekeningen; gemeenten met 0 salarislasten deden geen opgave.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
with filed as (
    select
        year,
        municipality_code,
        salaries_keur,
        hiring_keur
    from warehouse.staging.stg_iv3__staff_costs_by_municipality
    where
        is_accounts
        and regexp_full_match(municipality_code, 'GM[0-9][0-9][0-9][0-9]')
        and salaries_keur <> 0
        and year
        <= year((select as_of from warehouse.staging.stg_run__context) + interval 1 day) - 1
),

country as (select distinct municipality_code from filed),

members as (
    select
        region.region,
        member.municipality_code,
        member.valid_from,
        member.valid_until
    from warehouse.register.benchmark_region as region
    inner join warehouse.staging.stg_iv3__region_membership as member
        on lower(trim(region.region)) = lower(trim(member.region))
    where not region.is_whole_country
    union all
    select
        region.region,
        country.municipality_code,
        0 as valid_from,
        9999 as valid_until
    from warehouse.register.benchmark_region as region
    cross join country
    where region.is_whole_country
),

expected as (
    select
        filed.year,
        members.region,
        count(*) as municipalities,
        sum(filed.hiring_keur) as hiring,
        sum(filed.salaries_keur + filed.hiring_keur) as costs
    from filed inner join members
        on
            filed.municipality_code = members.municipality_code
            and filed.year between members.valid_from and members.valid_until
    group by all
),

shown as (
    select
        year,
        region,
        municipalities,
        region_share
    from own
    where method = 'weighted'
)

select
    year,
    region
from expected full join shown using (year, region)
where
    expected.municipalities is null or shown.municipalities is null
    or expected.municipalities <> shown.municipalities
    or abs(shown.region_share * expected.costs / 100 - expected.hiring) > 0.0005
