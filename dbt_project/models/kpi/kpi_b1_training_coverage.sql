with staff as (
    select
        team,
        in_service_since,
        out_of_service_from,
        completed_on
    from {{ ref('stg_hr_training__staff_training') }}
    where training = 'b1_schrijven' and is_in_scope
),

-- from the first completion on; while nobody has completed it, the running period only
days as (
    select completed_on as date from staff
    union all
    select {{ as_of() }} as date
),

periods as (
    {{ kpi_periods('b1_training_coverage', 'days', 'date') }}
),

in_service as (
    select
        periods.period_grain,
        periods.period_start,
        staff.team,
        coalesce(staff.completed_on <= periods.judged_on, false) as is_completed
    from periods
    inner join staff
        on
            coalesce(staff.in_service_since <= periods.judged_on, true)
            and coalesce(staff.out_of_service_from > periods.judged_on, true)
),

totals as (
    {{ kpi_cells(
        'in_service',
        {
            'numerator': 'count(*) filter (where is_completed)',
            'denominator': 'count(*)',
            'sample_size': 'count(*)',
        },
        ['team']
    ) }}
)

{{ kpi_percentages('b1_training_coverage', 'totals') }}
