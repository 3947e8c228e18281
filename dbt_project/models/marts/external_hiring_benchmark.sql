with accounts as (
    -- accounts only, of years that are over; salaries of 0 mean that nothing was filed
    select
        year,
        municipality_code,
        municipality_code = '{{ var("own_municipality") }}' as is_own,
        hiring_keur,
        salaries_keur + hiring_keur as costs_keur,
        cast(100 * hiring_keur as double)
        / nullif(cast(salaries_keur + hiring_keur as double), 0) as share
    from {{ ref('stg_iv3__staff_costs_by_municipality') }}
    where
        is_accounts
        and is_municipality
        and salaries_keur <> 0
        and year <= year({{ as_of() }} + interval 1 day) - 1
),

aggregates as (
    select
        year,
        cast(count(*) as integer) as aggregates_left_out
    from {{ ref('stg_iv3__staff_costs_by_municipality') }}
    where is_accounts and not is_municipality
    group by year
),

years as (
    -- distinct: many municipalities file in a year
    select distinct year
    from accounts
),

-- who belongs to a region in a year, whether it filed or not; the country is who filed
members as (
    select
        years.year,
        regions.region,
        membership.municipality_code
    from {{ ref('benchmark_region') }} as regions
    inner join {{ ref('stg_iv3__region_membership') }} as membership
        on {{ code('regions.region') }} = {{ code('membership.region') }}
    inner join years on years.year between membership.valid_from and membership.valid_until
    where not regions.is_whole_country
    union all
    select
        accounts.year,
        regions.region,
        accounts.municipality_code
    from {{ ref('benchmark_region') }} as regions
    cross join accounts
    where regions.is_whole_country
),

-- says whether two years, or two releases, compare with the same municipalities
versions as (
    select
        year,
        region,
        count(*) || '-'
        || left(sha256(string_agg(municipality_code, ',' order by municipality_code)), 8)
            as membership_version
    from members
    group by year, region
),

-- every region with the municipality's own value and without it
filed as (
    select
        accounts.*,
        members.region,
        scopes.has_own
    from accounts
    inner join members
        on accounts.year = members.year and accounts.municipality_code = members.municipality_code
    cross join (values (true), (false)) as scopes (has_own)
    where scopes.has_own or not accounts.is_own
),

-- exact sums: adding doubles in another order gives another last digit
figures as (
    select
        year,
        region,
        has_own,
        cast(count(*) as integer) as municipalities,
        cast(count(*) filter (where not is_own) as integer) as others,
        cast(sum(cast(share as decimal(38, 18))) as double) / nullif(count(share), 0) as mean,
        cast(100 * sum(hiring_keur) as double) / nullif(cast(sum(costs_keur) as double), 0)
            as weighted,
        median(share) as median
    from filed
    group by year, region, has_own
),

by_method as (
    unpivot figures
    on mean, weighted, median
    into name method value share
),

compared as (
    select
        with_own.year,
        with_own.region,
        with_own.method,
        with_own.municipalities,
        with_own.share as region_share,
        without_own.share as region_share_without_own,
        own.share as own_share,
        own.share - with_own.share as difference,
        -- a double never stands on the margin by a rounding of its own
        case
            when with_own.others >= {{ norm('benchmark_others') }}
                then round(own.share - with_own.share, 9)
        end as judged_difference
    from by_method as with_own
    left join by_method as without_own
        on
            with_own.year = without_own.year
            and with_own.region = without_own.region
            and with_own.method = without_own.method
            and not without_own.has_own
    left join accounts as own on with_own.year = own.year and own.is_own
    where with_own.has_own
),

-- the own books of a year that is closed; while they are open they differ for that reason only
ledger as (
    select
        year(period_start) as year,
        value as share
    from {{ ref('fct_kpi_value') }}
    where
        kpi_id = 'external_hiring_share'
        and period_grain = 'year'
        and dimension = 'total'
        and not is_provisional
)

select
    compared.year,
    compared.region,
    compared.method,
    compared.municipalities,
    compared.region_share,
    compared.region_share_without_own,
    compared.own_share,
    compared.difference,
    case
        when compared.judged_difference < 0 then 'below'
        when compared.judged_difference <= {{ norm('benchmark_margin') }} then 'in_line'
        when compared.judged_difference is not null then 'above'
    end as status,
    -- the least-squares slope of three points a year apart; null unless all three are there
    case
        when year_before.region_share is not null
            then (compared.region_share - two_before.region_share) / 2
    end as region_trend,
    case
        when year_before.own_share is not null
            then (compared.own_share - two_before.own_share) / 2
    end as own_trend,
    versions.membership_version,
    ledger.share as ledger_share,
    ledger.share - compared.own_share as ledger_difference,
    coalesce(aggregates.aggregates_left_out, 0) as aggregates_left_out
from compared
left join compared as year_before
    on
        compared.region = year_before.region
        and compared.method = year_before.method
        and compared.year = year_before.year + 1
left join compared as two_before
    on
        compared.region = two_before.region
        and compared.method = two_before.method
        and compared.year = two_before.year + 2
left join versions on compared.year = versions.year and compared.region = versions.region
left join ledger on compared.year = ledger.year
left join aggregates on compared.year = aggregates.year
order by compared.year, compared.region, compared.method
