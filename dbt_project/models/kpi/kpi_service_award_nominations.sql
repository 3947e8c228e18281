with cells as (
    select
        'year' as period_grain,
        cast(date_trunc('year', counted_on) as date) as period_start,
        'total' as dimension,
        'total' as dimension_value,
        arg_max(reading, counted_on) as quantity,
        1 as sample_size
    from {{ ref('stg_programme_register__counters') }}
    where
        counter = 'service_award_nominations'
        and counted_on <= {{ as_of() }}
        and {{ in_calendar('counted_on') }}
    group by date_trunc('year', counted_on)
)

{{ kpi_quantities('service_award_nominations', 'cells') }}
