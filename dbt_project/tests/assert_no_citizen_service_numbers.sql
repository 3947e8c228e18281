{{ config(severity='warn') }}
-- Columns with what may be personal data: citizen service numbers, addresses, numbers. The gate keeps
-- back what is an error; here it is named, with the file in which it stands.
select
    source,
    table_name,
    column_name,
    kind,
    file_name,
    suspected,
    checked,
    is_error
from {{ ref('stg_run__privacy') }}
where suspected > 0
