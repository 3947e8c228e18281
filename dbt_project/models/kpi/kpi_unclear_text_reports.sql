with reports as (
    select
        received_on as event_date,
        channel,
        kind
    from {{ ref('stg_service_norm_reports__reports') }}
    where {{ in_calendar('received_on') }}
),

records as (
    select * from reports
    where kind = 'onbegrijpelijke_tekst'
)

{{ kpi_count('unclear_text_reports', 'records', 'reports', breakdowns=['channel']) }}
