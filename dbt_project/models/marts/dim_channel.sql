with members as (
    select
        {{ member_key('channel', 'dimension', 'dimension_value') }} as channel_key,
        min({{ words_nl('dimension_value') }}) as channel_nl
    from {{ ref('fct_kpi_value') }}
    where dimension = 'channel' and lower(dimension_value) <> 'onbekend'
    group by 1
)

select * from members
union all
select
    special.channel_key,
    special.channel_nl
from (
    values
    ('onbekend', 'Onbekend'),
    ('geen', 'Niet naar kanaal')
) as special (channel_key, channel_nl)
order by channel_key
