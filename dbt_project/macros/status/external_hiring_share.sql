{# There is no target for hired staff but the trend of the region: on target where the latest
   accounts stand below or in line with every region that is judged by, by the mean. #}
{% macro status_of_external_hiring_share() %}
    with latest_accounts as (
        select max(year) as year
        from {{ ref('external_hiring_benchmark') }}
        where own_share is not null
    ),

    judged as (
        select
            coalesce(bool_and(figures.status is not null), false) as is_known,
            bool_and(figures.status in ('below', 'in_line')) as is_met
        from {{ ref('benchmark_region') }} as regions
        cross join latest_accounts
        left join {{ ref('external_hiring_benchmark') }} as figures
            on
                regions.region = figures.region
                and latest_accounts.year = figures.year
                and figures.method = 'mean'
        where regions.is_judged
    )

    select
        case
            when is_known and is_met then 'on_target'
            when is_known then 'off_target'
        end as status
    from judged
{% endmacro %}
