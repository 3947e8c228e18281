{{ config(materialized='ephemeral') }}

select
    list,
    item_id,
    coalesce(first_seen_release, release_id) as first_seen_release
from (
    -- a release of before this column says only that it stood there
    select cast(null as varchar) as first_seen_release
    where false
    union all by name
    select * from {{ previous_release('work_list') }}
) as known
