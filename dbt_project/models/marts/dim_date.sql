with used as (
    select
        year(period_start) as first_year,
        year(period_start) as last_year
    from {{ ref('fct_kpi_value') }}
    union all
    select
        year(period_start) as first_year,
        year(coalesce(period_end, period_start)) as last_year
    from {{ ref('fct_kpi_target') }}
    union all
    select
        year({{ as_of() }}) as first_year,
        year({{ as_of() }}) as last_year
),

years as (
    select
        min(first_year) as first_year,
        max(last_year) as last_year
    from used
),

names as (
    select
        [
            'januari', 'februari', 'maart', 'april', 'mei', 'juni', 'juli', 'augustus',
            'september', 'oktober', 'november', 'december'
        ] as months,
        [
            'maandag', 'dinsdag', 'woensdag', 'donderdag', 'vrijdag', 'zaterdag', 'zondag'
        ] as weekdays
)

select
    cast(strftime(calendar.date, '%Y%m%d') as integer) as date_key,
    calendar.date,
    cast(year(calendar.date) as integer) as year,
    cast(quarter(calendar.date) as integer) as quarter,
    year(calendar.date) || ' K' || quarter(calendar.date) as quarter_nl,
    cast(month(calendar.date) as integer) as month,
    names.months[month(calendar.date)] as month_nl,
    cast(100 * year(calendar.date) + month(calendar.date) as integer) as month_key,
    names.months[month(calendar.date)] || ' ' || year(calendar.date) as month_year_nl,
    calendar.iso_year,
    calendar.iso_week,
    calendar.iso_year || ' W' || lpad(cast(calendar.iso_week as varchar), 2, '0') as iso_week_nl,
    cast(isodow(calendar.date) as integer) as weekday,
    names.weekdays[isodow(calendar.date)] as weekday_nl,
    -- outside the reviewed years nobody knows
    case when calendar.is_reviewed then calendar.is_working_day end as is_working_day,
    non_working.name_nl as holiday_nl
from {{ ref('int_calendar') }} as calendar
cross join years
cross join names
left join {{ ref('non_working_day') }} as non_working on calendar.date = non_working.date
where year(calendar.date) between years.first_year and years.last_year
order by date_key
