select
    source,
    state,
    note
from {{ source('run', 'source') }}
