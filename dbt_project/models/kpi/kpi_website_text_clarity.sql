with records as (
    select
        sent_on as event_date,
        page_section,
        case answer when 'ja' then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('stg_website_feedback__votes') }}
    where question = 'teksten_begrijpelijk' and answer in ('ja', 'nee')
)

{{ kpi_share('website_text_clarity', 'records', breakdowns=['page_section']) }}
