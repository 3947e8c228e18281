with members as (
    -- distinct: a member has several names
    select distinct
        organisation_key,
        organisation_nl,
        kind_nl,
        parent_key,
        parent_nl
    from {{ ref('int_organisation_name') }}
    where organisation_key <> 'onbekend'
)

select * from members
union all
select
    special.organisation_key,
    special.organisation_nl,
    special.kind_nl,
    cast(null as varchar) as parent_key,
    cast(null as varchar) as parent_nl
from (
    values
    ('onbekend', 'Onbekend', 'onbekend'),
    ('geen', 'Niet naar team of afdeling', 'geen')
) as special (organisation_key, organisation_nl, kind_nl)
order by organisation_key
