select
    source,
    table_name,
    records
from {{ raw('run', 'table') }}
