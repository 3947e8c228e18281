select
    source,
    table_name,
    column_name,
    file_name,
    is_key,
    suspected,
    checked,
    is_error,
    kind
from {{ raw('run', 'privacy') }}
