select
    source,
    table_name,
    file_name,
    sha256,
    format,
    encoding,
    separator,
    state,
    note,
    received_at,
    rows_delivered,
    rows_accepted,
    rows_quarantined,
    is_fresh
from {{ ref('stg_run__delivery') }}
order by source, table_name, file_name, received_at, sha256
