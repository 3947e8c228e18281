select
    source,
    table_name,
    kind,
    first,
    last,
    missing
from {{ raw('run', 'gap') }}
