select
    run_id,
    as_of,
    code_version,
    is_sample
from {{ source('run', 'context') }}
