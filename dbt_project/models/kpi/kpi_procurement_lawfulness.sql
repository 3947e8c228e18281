with records as (
    select
        tested_on as event_date,
        department,
        judgement,
        amount_eur,
        case judgement when 'rechtmatig' then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('stg_procurement__files') }}
),

totals as (
    {{ kpi_totals('procurement_lawfulness', 'records', breakdowns=['department']) }}
),

shares as (
    {{ kpi_percentages('procurement_lawfulness', 'totals') }}
),

files_tested as (
    select
        * exclude (numerator, denominator, sample_size)
        replace ('measure' as dimension, 'files_tested' as dimension_value),
        sample_size as quantity,
        sample_size
    from totals
    where dimension = 'total'
),

counts as (
    {{ kpi_quantities('procurement_lawfulness', 'files_tested') }}
),

amounts as (
    {{ tested_amounts('procurement_lawfulness', 'records') }}
)

-- each macro gives the columns of a KPI model
select * from shares  -- noqa: AM07
union all
select * from counts
union all
select * from amounts
