{{ config(materialized='ephemeral') }}

select
    kpi_id,
    judged_grain,
    judged_period_start,
    judged_until,
    judged_value,
    judged_numerator,
    judged_denominator,
    judged_sample_size,
    judged_ci_low,
    judged_ci_high
from (
    -- a release of version 1 has none of these columns
    select
        cast(null as varchar) as judged_grain,
        cast(null as date) as judged_period_start,
        cast(null as date) as judged_until,
        cast(null as double) as judged_value,
        cast(null as double) as judged_numerator,
        cast(null as double) as judged_denominator,
        cast(null as bigint) as judged_sample_size,
        cast(null as double) as judged_ci_low,
        cast(null as double) as judged_ci_high
    where false
    union all by name
    select * from {{ previous_release('kpi_status') }}
) as known
