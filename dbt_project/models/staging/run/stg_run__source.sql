select
    source,
    state,
    note,
    has_same_deliveries
from {{ source('run', 'source') }}
