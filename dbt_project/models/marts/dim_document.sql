select
    document_id,
    title,
    dated,
    decided_by,
    address,
    case
        when title is null then described_nl
        else title || coalesce(' (' || described_nl || ')', '')
    end as label_nl
from {{ ref('document_register') }}
order by document_id
