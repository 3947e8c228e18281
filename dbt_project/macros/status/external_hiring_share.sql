{# There is no target for hired staff but the trend of the region: on target where the accounts of a
   year stand below or in line with every region that is judged by, by the mean and by the weighted
   share; uncertain where the two disagree, no verdict where a region gives none. #}
{% macro status_of_external_hiring_share() %}
    with years as (
        select distinct
            year,
            own_share
        from {{ ref('external_hiring_benchmark') }}
        where own_share is not null
    ),

    by_method as (
        select
            years.year,
            years.own_share,
            methods.method,
            bool_and(figures.status is not null) as is_known,
            bool_and(coalesce(figures.status in ('below', 'in_line'), false)) as is_met
        from {{ ref('benchmark_region') }} as regions
        cross join years
        cross join (values ('mean'), ('weighted')) as methods (method)
        left join {{ ref('external_hiring_benchmark') }} as figures
            on
                regions.region = figures.region
                and years.year = figures.year
                and methods.method = figures.method
        where regions.is_judged
        group by years.year, years.own_share, methods.method
    )

    select
        make_date(year, 1, 1) as period_start,
        case
            when not bool_and(is_known) then 'no_data'
            when bool_and(is_met) then 'on_target'
            when not bool_or(is_met) then 'off_target'
            else 'uncertain'
        end as status,
        own_share as value
    from by_method
    group by year, own_share
    union all
    -- nobody's accounts, or all but ours: said once, of no year
    select
        cast(null as date) as period_start,
        'no_data' as status,
        cast(null as double) as value
    where not exists (select 1 from years)
{% endmacro %}
