with headlines as (
    select
        figures.*,
        {{ period_end('figures.period_grain', 'figures.period_start') }} as period_end
    from {{ ref('fct_kpi_value') }} as figures
    inner join {{ ref('kpi_register') }} as register
        on figures.kpi_id = register.kpi_id and figures.period_grain = register.period_grain
    where figures.dimension = 'total'
),

-- a cumulative count is compared while its year runs; everything else when its period is over
latest as (
    select
        headlines.kpi_id,
        max(headlines.period_start) as period_start
    from headlines
    inner join {{ ref('kpi_register') }} as register on headlines.kpi_id = register.kpi_id
    where not headlines.is_provisional or register.is_cumulative_count
    group by headlines.kpi_id
),

compared as (
    select
        register.kpi_id,
        register.period_grain,
        register.direction,
        register.is_sampled,
        shown.period_start,
        coalesce(shown.period_end, {{ as_of() }}) as judged_on,
        shown.value,
        shown.ci_low,
        shown.ci_high,
        coalesce(shown.is_provisional, false) as is_provisional,
        before.value as previous_value,
        before.ci_low as previous_ci_low,
        before.ci_high as previous_ci_high
    from {{ ref('kpi_register') }} as register
    left join latest on register.kpi_id = latest.kpi_id
    left join headlines as shown
        on latest.kpi_id = shown.kpi_id and latest.period_start = shown.period_start
    left join headlines as before
        on
            shown.kpi_id = before.kpi_id
            and cast(shown.period_start - interval 1 year as date) = before.period_start
),

-- the target in force on the last day of the period, else the first one to come
targets as (
    select
        compared.kpi_id,
        min(targets.period_start) as period_start
    from compared
    inner join {{ ref('fct_kpi_target') }} as targets on compared.kpi_id = targets.kpi_id
    where
        targets.kind = 'target'
        and (targets.period_end is null or targets.period_end >= compared.judged_on)
    group by compared.kpi_id
),

-- of a KPI whose status follows from more than its target: macros/status/
judged_otherwise as (
    {{ own_statuses() }}
),

own_status as (
    select
        kpi_id,
        arg_max(status, coalesce(period_start, date '0001-01-01')) as status
    from judged_otherwise
    group by kpi_id
)

select
    compared.kpi_id,
    compared.period_start,
    compared.period_grain,
    compared.value,
    targets.comparator,
    targets.target_value,
    compared.value - targets.target_value as gap,
    case
        when own_status.status is not null then own_status.status
        when compared.value is null then 'no_data'
        when targets.target_value is null then 'no_target'
        when
            compared.ci_low < targets.target_value
            and targets.target_value < compared.ci_high
            then 'uncertain'
        when
            case targets.comparator
                when '>' then compared.value > targets.target_value
                when '>=' then compared.value >= targets.target_value
                when '<' then compared.value < targets.target_value
                when '<=' then compared.value <= targets.target_value
                else compared.value = targets.target_value
            end
            then 'on_target'
        else 'off_target'
    end as status,
    compared.previous_value,
    case
        when compared.value is null or compared.previous_value is null then 'unknown'
        -- a part of a year says nothing beside a whole one
        when compared.is_provisional then 'unknown'
        when compared.value = compared.previous_value then 'stable'
        when
            compared.is_sampled
            and compared.ci_low <= compared.previous_ci_high
            and compared.previous_ci_low <= compared.ci_high
            then 'stable'
        when (compared.value > compared.previous_value) = (compared.direction = 'higher')
            then 'better'
        else 'worse'
    end as trend,
    compared.is_provisional
from compared
left join targets as in_force on compared.kpi_id = in_force.kpi_id
left join {{ ref('fct_kpi_target') }} as targets
    on
        in_force.kpi_id = targets.kpi_id
        and in_force.period_start = targets.period_start
        and targets.kind = 'target'
left join own_status on compared.kpi_id = own_status.kpi_id
order by compared.kpi_id
