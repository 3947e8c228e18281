{% set previous = env_var('DATALAB_PREVIOUS_RELEASE', '') | replace("'", "''") %}

with figures as (
    {% if previous %}
    select *
    from read_parquet('{{ previous }}/fct_kpi_value.parquet')
    {% else %}
    -- no release before: nothing was shown or hidden yet. No model stands here, because what a
    -- model reads must not depend on the run: Dagster knows the project without a release before
    select
        cast(null as varchar) as kpi_id,
        cast(null as varchar) as period_grain,
        cast(null as date) as period_start,
        cast(null as varchar) as dimension,
        cast(null as varchar) as dimension_value,
        cast(null as double) as value,
        cast(null as bigint) as sample_size,
        false as is_suppressed,
        false as is_provisional
    where false
    {% endif %}
)

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
from figures
inner join {{ ref('kpi_register') }} as register on figures.kpi_id = register.kpi_id
where register.is_about_people and not figures.is_provisional
order by cell
