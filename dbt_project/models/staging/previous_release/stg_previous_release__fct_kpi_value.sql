{{ config(materialized='ephemeral') }}

select
    kpi_id,
    period_grain,
    period_start,
    dimension,
    dimension_value,
    value,
    numerator,
    denominator,
    sample_size,
    ci_low,
    ci_high,
    is_suppressed,
    is_provisional,
    as_of,
    definition_version
from {{ previous_release('fct_kpi_value') }}
