with due as (
    select
        due_on as event_date,
        case when reacted_on <= due_on then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('int_case_reaction') }}
    where case_type = 'toezichtmelding'
),

-- the clock starts when a report is assigned: what nobody is assigned to is never late, and would
-- not be seen
received as (
    select
        received_on as event_date,
        case when assigned_on <= {{ as_of() }} then 0 else 1 end as unassigned,
        1 as received
    from {{ ref('stg_case_system__cases') }}
    where case_type = 'toezichtmelding'
),

records as (
    select * from due
    union all by name
    select * from received
)

{{ kpi_share(
    'enforcement_response',
    'records',
    measures=[{'name': 'unassigned', 'numerator': 'unassigned', 'denominator': 'received'}]
) }}
