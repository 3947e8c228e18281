select distinct
    figures.kpi_id,
    grains.period_grain,
    cast(date_trunc(grains.period_grain, figures.period_start) as date) as period_start,
    figures.dimension,
    figures.dimension_value
from {{ ref('fct_kpi_value') }} as figures
cross join (values ('month', 1), ('quarter', 2), ('year', 3)) as grains (period_grain, coarseness)
where
    figures.is_suppressed
    and grains.coarseness
    >= case figures.period_grain when 'month' then 1 when 'quarter' then 2 else 3 end
order by all
