select
    kpi_id,
    ratified_on,
    ratified_by
from {{ raw('run', 'ratification') }}
