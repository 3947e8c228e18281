with records as (
    select
        due_on as event_date,
        case when reacted_on <= due_on then 1 else 0 end as numerator,
        1 as denominator,
        working_days
    from {{ ref('int_case_reaction') }}
    where case_type = 'sportvraag'
),

placed as (
    {{ kpi_records('sport_answered', 'records') }}
),

shares as (
    {{ kpi_share('sport_answered', 'records') }}
)

select * from shares
union all by name
select
    'sport_answered' as kpi_id,
    period_grain,
    period_start,
    'measure' as dimension,
    'mean_working_days' as dimension_value,
    avg(working_days) as value,
    count(*) as denominator,
    count(*) as sample_size,
    {{ period_end('period_grain', 'period_start') }} > {{ as_of() }} as is_provisional
from placed
where working_days is not null
group by all
