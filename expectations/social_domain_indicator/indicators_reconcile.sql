-- severity: critical
-- description: Aansluiting: elke geleverde indicator tot en met het jaar van de peildatum staat
--   erin met haar waarde, en geen andere.
-- on_failure: De query noemt de rijen van social_domain_indicator die niet kloppen: herstel het
--   model social_domain_indicator of de levering erachter en start opnieuw.
with used as (
    select
        theme,
        result_no,
        year,
        cast(value as double) as value
    from warehouse.staging.stg_social_domain__indicators
    where
        result_no is not null
        and year <= year((select as_of from warehouse.staging.stg_run__context))
),

shown as (
    select
        theme,
        result_no,
        year,
        value
    from own
    where year is not null
)

select
    theme,
    result_no,
    year
from used
full join shown using (theme, result_no, year)
where used.value is distinct from shown.value
