with delivered as (
    select
        milestone_id,
        status,
        done_on
    from {{ ref('stg_programme_register__milestones') }}
    -- what is reached after the as-of date is not reached yet, and how it stood is not known
    where
        status in ('niet_gestart', 'loopt', 'gereed', 'vervallen')
        and not coalesce(done_on > {{ as_of() }}, false)
),

milestones as (
    select
        *,
        -- due is a year, a quarter, a month or a day: its last day counts
        case
            when due like '____'
                then make_date(cast(due as integer), 12, 31)
            when due like '____-Q_'
                then last_day(make_date(cast(due[:4] as integer), 3 * cast(due[-1:] as integer), 1))
            when due like '____-__'
                then last_day(cast(due || '-01' as date))
            else cast(due as date)
        end as due_on
    from {{ ref('milestone_register') }}
),

compared as (
    select
        milestones.milestone_id,
        milestones.goal,
        milestones.description_nl,
        milestones.due,
        milestones.due_on,
        milestones.goal_id,
        milestones.kpi_id,
        milestones.owner,
        coalesce(delivered.status, 'onbekend') as status,
        case when delivered.status = 'gereed' then delivered.done_on end as done_on
    from milestones
    left join delivered on milestones.milestone_id = delivered.milestone_id
)

select
    milestone_id,
    goal,
    description_nl,
    due,
    status,
    done_on,
    -- null where it cannot be told or is not asked: nothing known, dropped, reached on an unknown
    -- day after it was due
    case
        when status in ('onbekend', 'vervallen') then null
        when due_on > {{ as_of() }} then false
        when status = 'gereed' then done_on > due_on
        else true
    end as is_late,
    due_on,
    goal_id,
    kpi_id,
    owner
from compared
order by milestone_id
