with records as (
    select
        sent_on as event_date,
        form,
        case when score >= case scale_max when 2 then 2 when 5 then 4 else 7 end then 1 else 0 end
            as numerator,
        1 as denominator
    from {{ ref('stg_klant_in_focus__responses') }}
    where scale_max in (2, 5, 10)
)

{{ kpi_share('website_satisfaction', 'records', breakdowns=['form']) }}
