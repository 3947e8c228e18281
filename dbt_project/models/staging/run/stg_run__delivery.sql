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
    cleaned,
    is_fresh
from {{ raw('run', 'delivery') }}
