with delivered as (
    select
        dimension_value as name,
        dimension = 'department' as is_department,
        1 as place
    from {{ ref('fct_kpi_value') }}
    where dimension in ('team', 'department')
    union all
    select
        team as name,
        -- invoices are paid by departments, all else is done by teams
        list = 'invoices_overdue' as is_department,
        2 as place
    from {{ ref('int_work_item') }}
    where team is not null
    union all
    select
        owner as name,
        false as is_department,
        3 as place
    from {{ ref('kpi_register') }}
),

names as (
    select
        {{ code('name') }} as code,
        -- one spelling, whatever the order of rows
        arg_min({{ trimmed('name') }}, (place, {{ trimmed('name') }})) as name,
        bool_or(is_department) as is_department
    from delivered
    group by 1
),

-- what a name means by the reviewed seeds
meanings as (
    select
        {{ code('name_nl') }} as code,
        name_nl
    from {{ ref('organisation') }}
    union all
    select
        {{ code('alias') }} as code,
        name_nl
    from {{ ref('organisation_alias') }}
),

-- a department that no delivery names is a member where one of its teams is named
parents as (
    select distinct reviewed.parent_nl as name
    from names
    inner join meanings on names.code = meanings.code
    inner join {{ ref('organisation') }} as reviewed on meanings.name_nl = reviewed.name_nl
    where reviewed.parent_nl is not null
),

all_names as (
    select
        code,
        name,
        is_department
    from names
    union all
    select
        {{ code('name') }} as code,
        name,
        true as is_department
    from parents
    where {{ code('name') }} not in (select names.code from names)
)

select
    all_names.code,
    case
        when all_names.code in ('onbekend', 'geen') then 'onbekend'
        else {{ code('coalesce(reviewed.name_nl, all_names.name)') }}
    end as organisation_key,
    case
        when all_names.code in ('onbekend', 'geen') then 'Onbekend'
        else coalesce(reviewed.name_nl, all_names.name)
    end as organisation_nl,
    case
        when all_names.code in ('onbekend', 'geen') then 'onbekend'
        when reviewed.kind_nl is not null then reviewed.kind_nl
        when all_names.is_department then 'afdeling'
        else 'team'
    end as kind_nl,
    {{ code('reviewed.parent_nl') }} as parent_key,
    reviewed.parent_nl
from all_names
left join meanings on all_names.code = meanings.code
left join {{ ref('organisation') }} as reviewed on meanings.name_nl = reviewed.name_nl
order by all_names.code
