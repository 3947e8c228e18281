select
    release_id,
    as_of,
    code_version,
    calendar_version,
    text_method
from {{ raw('run', 'previous') }}
