with reviewed as (
    select
        year(min(date)) as first_year,
        year(max(date)) as last_year
    from {{ ref('non_working_day') }}
),

days as (
    -- far beyond the reviewed years: a wrong or very old date must still be countable
    select cast(range as date) as date
    from range(date '1900-01-01', date '2101-01-01', interval 1 day)
),

judged as (
    select
        days.date,
        year(days.date) between reviewed.first_year and reviewed.last_year as is_reviewed,
        non_working.date is null and isodow(days.date) <= 5 as is_working_day
    from days
    cross join reviewed
    left join {{ ref('non_working_day') }} as non_working on days.date = non_working.date
)

select
    date,
    cast(isoyear(date) as integer) as iso_year,
    cast(week(date) as integer) as iso_week,
    cast(date_trunc('month', date) as date) as month_start,
    cast(date_trunc('quarter', date) as date) as quarter_start,
    cast(date_trunc('year', date) as date) as year_start,
    is_reviewed,
    is_working_day,
    cast(sum(cast(is_working_day as integer)) over (order by date) as integer)
        as working_day_number
from judged
order by date
