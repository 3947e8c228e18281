select
    source,
    state,
    note,
    has_same_deliveries,
    fresh_days
from {{ raw('run', 'source') }}
