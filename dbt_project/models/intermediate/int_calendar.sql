with days as (
    select cast(range as date) as date
    from range(date '2015-01-01', date '2036-01-01', interval 1 day)
),

judged as (
    select
        days.date,
        non_working.date is null and isodow(days.date) <= 5 as is_working_day
    from days
    left join {{ ref('non_working_day') }} as non_working on days.date = non_working.date
)

select
    date,
    cast(isoyear(date) as integer) as iso_year,
    cast(week(date) as integer) as iso_week,
    cast(date_trunc('month', date) as date) as month_start,
    cast(date_trunc('quarter', date) as date) as quarter_start,
    cast(date_trunc('year', date) as date) as year_start,
    is_working_day,
    cast(count(*) filter (where is_working_day) over (order by date) as integer)
        as working_day_number
from judged
order by date
