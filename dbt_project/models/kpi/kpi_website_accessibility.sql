with records as (
    select
        audited_on as event_date,
        case when failures_a = 0 and failures_aa = 0 then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('stg_accessibility_audit__pages') }}
)

{{ kpi_share('website_accessibility', 'records') }}
