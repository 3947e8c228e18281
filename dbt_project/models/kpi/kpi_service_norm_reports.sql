with reports as (
    select
        received_on as event_date,
        team,
        kind
    from {{ ref('stg_service_norm_reports__reports') }}
    where {{ in_calendar('received_on') }}
),

records as (
    select * from reports
    where kind = 'dienstverleningsnorm'
)

{{ kpi_count('service_norm_reports', 'records', 'reports', breakdowns=['team']) }}
