select
    kpi_id,
    ratified_on,
    ratified_by
from {{ source('run', 'ratification') }}
