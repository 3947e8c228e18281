select
    concat_ws(
        '|',
        figures.kpi_id, figures.period_grain, figures.period_start,
        figures.dimension, figures.dimension_value
    ) as cell,
    figures.kpi_id,
    figures.period_grain,
    figures.period_start,
    figures.dimension,
    figures.value,
    figures.sample_size,
    figures.is_suppressed
from {{ ref('stg_previous_release__fct_kpi_value') }} as figures
inner join {{ ref('kpi_register') }} as register on figures.kpi_id = register.kpi_id
where register.is_about_people and not figures.is_provisional
order by cell
