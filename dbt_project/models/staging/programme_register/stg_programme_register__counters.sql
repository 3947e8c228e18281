with latest as (
    {{ latest_version('programme_register', 'counters', [code('teller'), 'peildatum']) }}
)

select
    {{ code('teller') }} as counter,
    peildatum as counted_on,
    waarde as reading
from latest
