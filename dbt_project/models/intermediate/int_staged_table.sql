{% for table in table_names() %}
select
    '{{ table.split("__")[0] }}' as source,
    '{{ table.split("__")[1] }}' as table_name,
    count(*) as records
from {{ ref('stg_' ~ table) }}
{{ 'union all' if not loop.last }}
{% endfor %}
order by source, table_name
