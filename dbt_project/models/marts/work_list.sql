with judged as (
    select
        *,
        {{ as_of() }} as judged_on
    from {{ ref('int_work_item') }}
),

late as (
    {{ with_lag('judged', 'due_on', 'judged_on', 'working_days_late') }}
)

select
    late.list,
    late.item_id,
    -- where the source names no team the owner of the KPI acts
    coalesce(teams.organisation_nl, owners.organisation_nl) as team,
    cast(late.due_on as date) as due_on,
    cast(late.working_days_late as integer) as working_days_late,
    late.detail,
    register.owner,
    coalesce(before.first_seen_release, context.release_id) as first_seen_release,
    coalesce(teams.organisation_key, owners.organisation_key) as organisation_key
from late
inner join {{ ref('kpi_register') }} as register on late.kpi_id = register.kpi_id
left join {{ ref('int_organisation_name') }} as teams on {{ code('late.team') }} = teams.code
left join {{ ref('int_organisation_name') }} as owners on {{ code('register.owner') }} = owners.code
left join {{ ref('stg_previous_release__work_list') }} as before
    on late.list = before.list and late.item_id = before.item_id
cross join {{ ref('stg_run__context') }} as context
-- the oldest first: by its term, and where none runs by when it came on the list
order by late.list, late.due_on nulls last, first_seen_release, late.item_id
