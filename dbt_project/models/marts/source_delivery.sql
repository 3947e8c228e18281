-- how many rows a file of people has could tell how many are behind a hidden figure, and so could
-- a note, so that it loses its numbers: `datalab status` and the quarantine have both
with people as (
    select distinct source_system as source
    from {{ ref('kpi_register') }}
    where is_about_people
)

select
    delivery.source,
    delivery.table_name,
    delivery.file_name,
    delivery.sha256,
    delivery.format,
    delivery.encoding,
    delivery.separator,
    delivery.state,
    case
        when people.source is null then delivery.note
        else regexp_replace(delivery.note, '[0-9]+', '…', 'g')
    end as note,
    delivery.received_at,
    case when people.source is null then delivery.rows_delivered end as rows_delivered,
    case when people.source is null then delivery.rows_accepted end as rows_accepted,
    case when people.source is null then delivery.rows_quarantined end as rows_quarantined,
    case when people.source is null then delivery.cleaned end as cleaned,
    delivery.is_fresh
from {{ ref('stg_run__delivery') }} as delivery
left join people on delivery.source = people.source
order by
    delivery.source, delivery.table_name, delivery.file_name, delivery.received_at, delivery.sha256
