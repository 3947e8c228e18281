with members as (
    select
        {{ member_key(['team', 'department'], 'dimension', 'dimension_value') }}
            as organisation_key,
        min(dimension_value) as organisation_nl,
        case dimension when 'team' then 'team' else 'afdeling' end as kind_nl
    from {{ ref('fct_kpi_value') }}
    where dimension in ('team', 'department') and lower(dimension_value) <> 'onbekend'
    group by 1, dimension
)

select * from members
union all
select
    special.organisation_key,
    special.organisation_nl,
    special.kind_nl
from (
    values
    ('onbekend', 'Onbekend', 'onbekend'),
    ('geen', 'Niet naar team of afdeling', 'geen')
) as special (organisation_key, organisation_nl, kind_nl)
order by organisation_key
