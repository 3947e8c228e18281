with totals as (
    {{ headlines() }}
),

-- the target in force on the last day of what is judged, else the first one to come
targets as (
    select
        judged.kpi_id,
        judged.is_previous_year,
        targets.period_start,
        targets.comparator,
        targets.target_value,
        targets.document,
        targets.period_start > coalesce(judged.judged_until, judged.as_of) as is_to_come
    from {{ ref('int_kpi_judged') }} as judged
    inner join {{ ref('fct_kpi_target') }} as targets on judged.kpi_id = targets.kpi_id
    where
        targets.kind = 'target'
        and coalesce(targets.period_end, date '9999-12-31')
        >= coalesce(judged.judged_until, judged.as_of)
    qualify
        row_number() over (
            partition by judged.kpi_id, judged.is_previous_year order by targets.period_start
        ) = 1
),

compared as (
    select
        judged.*,
        targets.period_start as target_from,
        targets.comparator,
        targets.target_value,
        targets.document as target_document,
        coalesce(targets.is_to_come, false) as is_to_come,
        judged.sample_size < register.minimum_records and register.unit <> 'count' as is_too_few,
        -- what counts up can still pass its target while its year runs
        {{ kpi_aggregation('register') }} = 'sum' or register.is_cumulative_count as is_counting_up,
        judged.judged_until < {{ period_end('judged.judged_grain', 'judged.judged_period_start') }}
            as is_running,
        case targets.comparator
            when '>' then judged.value > targets.target_value
            when '>=' then judged.value >= targets.target_value
            when '<' then judged.value < targets.target_value
            when '<=' then judged.value <= targets.target_value
            else judged.value = targets.target_value
        end as is_met
    from {{ ref('int_kpi_judged') }} as judged
    inner join {{ ref('kpi_register') }} as register on judged.kpi_id = register.kpi_id
    left join targets
        on judged.kpi_id = targets.kpi_id and judged.is_previous_year = targets.is_previous_year
),

statuses as (
    select
        *,
        case
            when value is null then 'no_data'
            when target_value is null then 'no_target'
            when is_to_come then 'not_yet'
            when is_too_few then 'too_few'
            when
                is_counting_up and is_running
                and not (comparator in ('>', '>=') and is_met)
                and not (comparator in ('<', '<=') and not is_met)
                and not (comparator = '=' and value > target_value)
                then 'running'
            when ci_low < target_value and target_value < ci_high then 'uncertain'
            when is_met then 'on_target'
            else 'off_target'
        end as status
    from compared
),

-- the latest figure; of a period that runs, as far as it goes
latest_figures as (
    select
        kpi_id,
        max(least(period_end, as_of)) as figure_until
    from totals
    where value is not null or is_suppressed
    group by kpi_id
),

-- the cadence of a source says when the figure of the next period is due
outdated as (
    select
        latest_figures.kpi_id,
        {{ period_end('register.period_grain', '(latest_figures.figure_until + 1)') }}
        + cast(sources.fresh_days as integer)
        < {{ as_of() }} as is_outdated
    from latest_figures
    inner join {{ ref('kpi_register') }} as register on latest_figures.kpi_id = register.kpi_id
    inner join {{ ref('stg_run__source') }} as sources on register.source_system = sources.source
),

shown as (
    select
        statuses.kpi_id,
        latest.period_start,
        latest.value,
        coalesce(latest.is_provisional, false) as is_provisional,
        before.value as previous_value
    from statuses
    left join totals as latest
        on statuses.kpi_id = latest.kpi_id and statuses.period_start = latest.period_start
    left join totals as before
        on
            latest.kpi_id = before.kpi_id
            and cast(latest.period_start - interval 1 year as date) = before.period_start
    where not statuses.is_previous_year
),

-- of a KPI whose status follows from more than its target: macros/status/
judged_otherwise as (
    {{ own_statuses() }}
),

own_years as (
    select
        kpi_id,
        max(period_start) as latest_year
    from judged_otherwise
    group by kpi_id
),

judged as (
    select statuses.*
    from statuses
    anti join own_years on statuses.kpi_id = own_years.kpi_id
    union all by name
    select
        statuses.kpi_id,
        statuses.is_previous_year,
        'year' as judged_grain,
        judged_otherwise.period_start as judged_period_start,
        {{ period_end("'year'", 'judged_otherwise.period_start') }} as judged_until,
        judged_otherwise.value,
        coalesce(judged_otherwise.status, 'no_data') as status
    from statuses
    inner join own_years on statuses.kpi_id = own_years.kpi_id
    left join judged_otherwise
        on
            own_years.kpi_id = judged_otherwise.kpi_id
            and judged_otherwise.period_start = case
                when statuses.is_previous_year then statuses.judged_period_start
                else own_years.latest_year
            end
)

select
    register.kpi_id,
    shown.period_start,
    register.period_grain,
    shown.value,
    judged.comparator,
    judged.target_value,
    judged.value - judged.target_value as gap,
    judged.status,
    shown.previous_value,
    -- whether the series moves, not whether two points differ
    case
        when signals.signal in ('better', 'shift_better') then 'better'
        when signals.signal in ('worse', 'shift_worse') then 'worse'
        when signals.signal = 'none' then 'stable'
        else 'unknown'
    end as trend,
    shown.is_provisional,
    judged.judged_grain,
    judged.judged_period_start,
    judged.judged_until,
    judged.value as judged_value,
    judged.numerator as judged_numerator,
    judged.denominator as judged_denominator,
    judged.sample_size as judged_sample_size,
    judged.ci_low as judged_ci_low,
    judged.ci_high as judged_ci_high,
    judged.target_from,
    documents.label_nl as target_document,
    year_before.value as previous_year_value,
    year_before.status as previous_year_status,
    coalesce(outdated.is_outdated, false) as is_outdated,
    ratified.kpi_id is not null as is_ratified
from {{ ref('kpi_register') }} as register
inner join shown on register.kpi_id = shown.kpi_id
left join {{ ref('kpi_signal') }} as signals
    on
        register.kpi_id = signals.kpi_id
        and register.period_grain = signals.period_grain
        and shown.period_start = signals.period_start
inner join judged on register.kpi_id = judged.kpi_id and not judged.is_previous_year
inner join judged as year_before
    on register.kpi_id = year_before.kpi_id and year_before.is_previous_year
left join {{ ref('dim_document') }} as documents on judged.target_document = documents.document_id
left join outdated on register.kpi_id = outdated.kpi_id
left join {{ ref('stg_run__ratification') }} as ratified on register.kpi_id = ratified.kpi_id
order by register.kpi_id
