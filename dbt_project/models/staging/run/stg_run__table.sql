select
    source,
    table_name,
    records
from {{ source('run', 'table') }}
