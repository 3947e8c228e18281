{{ config(meta={'dagster': {'ref': {'name': 'int_calendar'}}}) }}
-- Without reviewed days every open term would be judged without holidays: add the next years to
-- seeds/non_working_day.csv before they begin.
select context.as_of
from {{ ref('stg_run__context') }} as context
left join {{ ref('int_calendar') }} as calendar
    on context.as_of = calendar.date and calendar.is_reviewed
where calendar.date is null
