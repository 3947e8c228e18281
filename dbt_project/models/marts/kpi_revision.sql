with figures_before as (
    select *
    from {{ ref('stg_previous_release__fct_kpi_value') }}
),

-- of a breakdown that is not published (any more) nothing is said, not even that it was
old as (
    select figures_before.*
    from figures_before
    left join {{ ref('kpi_register') }} as register on figures_before.kpi_id = register.kpi_id
    where
        not coalesce(register.is_about_people, false)
        or figures_before.dimension in ('total', 'measure')
        or (
            not figures_before.is_provisional
            and exists (
                select 1
                from {{ ref('fct_kpi_value') }} as figures
                where
                    figures.kpi_id = figures_before.kpi_id
                    and figures.period_grain = figures_before.period_grain
                    and figures.period_start = figures_before.period_start
                    and figures.dimension = figures_before.dimension
            )
        )
),

compared as (
    select
        old.kpi_id,
        old.period_grain,
        old.period_start,
        old.dimension,
        old.dimension_value,
        -- the old value would help to compute what is hidden now: in sums with it, or over time
        case when without_past.kpi_id is null then old.value end as old_value,
        new.value as new_value,
        not old.is_provisional as was_final,
        old.as_of as old_as_of,
        coalesce(new.as_of, {{ as_of() }}) as new_as_of,
        old.definition_version as old_definition,
        coalesce(new.definition_version, register.definition_version) as new_definition,
        coalesce(sources.has_same_deliveries, false) as has_same_deliveries,
        list_contains({{ kpis_that_read('int_calendar') }}, old.kpi_id) as follows_calendar,
        list_contains({{ kpis_that_read('stg_text_corpus__scores') }}, old.kpi_id) as follows_method
    from old
    left join {{ ref('fct_kpi_value') }} as new
        on
            old.kpi_id = new.kpi_id
            and old.period_grain = new.period_grain
            and old.period_start = new.period_start
            and old.dimension = new.dimension
            and old.dimension_value = new.dimension_value
    left join {{ ref('int_kpi_without_past') }} as without_past
        on
            old.kpi_id = without_past.kpi_id
            and old.period_grain = without_past.period_grain
            and old.period_start = without_past.period_start
    left join {{ ref('kpi_register') }} as register on old.kpi_id = register.kpi_id
    left join {{ ref('stg_run__source') }} as sources on register.source_system = sources.source
    where
        (old.value is null) <> (new.value is null)
        or {{ differs('old.value', 'new.value') }}
),

calendar as (
    select max(calendar_version) as calendar_version
    from {{ ref('non_working_day') }}
),

method as (
    select string_agg(distinct method_version, ', ' order by method_version) as text_method
    from {{ ref('stg_text_corpus__scores') }}
)

select
    compared.kpi_id,
    compared.period_grain,
    compared.period_start,
    compared.dimension,
    compared.dimension_value,
    compared.old_value,
    compared.new_value,
    previous.release_id as old_release,
    context.release_id as new_release,
    case
        when compared.new_definition is null then 'definition'  -- the KPI was dropped
        when compared.old_definition <> compared.new_definition then 'definition'
        -- the same texts, judged with another method or calibration
        when compared.follows_method and previous.text_method <> method.text_method
            then 'definition'
        when compared.follows_calendar and previous.calendar_version <> calendar.calendar_version
            then 'calendar'
        when not compared.has_same_deliveries then 'delivery'
        when compared.old_as_of <> compared.new_as_of then 'as_of'
        -- the same was counted on the same day: only the code or a document can be another
        when previous.code_version <> context.code_version then 'definition'
        else 'delivery'
    end as cause,
    -- what was provisional runs on: it was said to change
    compared.was_final as is_revision
from compared
cross join {{ ref('stg_run__previous') }} as previous
cross join {{ ref('stg_run__context') }} as context
cross join calendar
cross join method
order by
    compared.kpi_id,
    compared.period_grain,
    compared.period_start,
    compared.dimension,
    compared.dimension_value
