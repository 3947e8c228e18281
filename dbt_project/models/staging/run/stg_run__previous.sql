select
    release_id,
    as_of,
    code_version,
    calendar_version
from {{ source('run', 'previous') }}
