select
    run_id,
    as_of,
    code_version,
    is_sample,
    release_id
from {{ raw('run', 'context') }}
