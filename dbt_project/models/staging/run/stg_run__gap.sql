select
    source,
    table_name,
    kind,
    first,
    last,
    missing
from {{ source('run', 'gap') }}
