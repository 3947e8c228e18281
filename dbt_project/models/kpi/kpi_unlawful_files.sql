with files as (
    select
        tested_on as event_date,
        department,
        judgement,
        amount_eur
    from {{ ref('stg_procurement__files') }}
    where {{ in_calendar('tested_on') }}
),

records as (
    select * from files
    where judgement = 'onrechtmatig'
),

counts as (
    {{ kpi_count('unlawful_files', 'records', 'files', breakdowns=['department']) }}
),

amounts as (
    {{ tested_amounts('unlawful_files', 'files') }}
)

-- each macro gives the columns of a KPI model
select * from counts  -- noqa: AM07
union all
select * from amounts
