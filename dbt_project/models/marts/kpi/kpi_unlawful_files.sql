with files as (
    select
        tested_on as event_date,
        department,
        judgement
    from {{ ref('stg_procurement__files') }}
),

records as (
    select * from files
    where judgement = 'onrechtmatig'
)

{{ kpi_count('unlawful_files', 'records', 'files', breakdowns=['department']) }}
