select
    kpi_id,
    name_nl,
    name_en,
    definition_nl,
    unit,
    direction,
    period_grain,
    source_system,
    document,
    owner,
    definition_version
from {{ ref('kpi_register') }}
order by kpi_id
