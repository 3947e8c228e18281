with measured as (
    select *
    from {{ ref('stg_social_domain__indicators') }}
    where result_no is not null and year <= year({{ as_of() }})
)

select
    coalesce(results.theme, measured.theme) as theme,
    coalesce(results.result_no, measured.result_no) as result_no,
    -- a result without an indicator is shown as not defined: no year, no value, no unit
    coalesce(measured.indicator, 'Nog niet gedefinieerd: ' || results.result_nl) as indicator,
    measured.year,
    cast(measured.value as double) as value,
    measured.unit,
    results.direction,
    measured.story
from {{ ref('social_domain_result') }} as results
full join measured
    on results.theme = measured.theme and results.result_no = measured.result_no
order by 1, 2, 4
