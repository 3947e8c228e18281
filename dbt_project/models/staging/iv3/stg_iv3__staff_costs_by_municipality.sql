with latest as (
    {{ latest_version(
        'iv3', 'staff_costs_by_municipality', ['jaar', code('verslagsoort'), code('gm_code')]
    ) }}
),

municipality_names as (
    {{ first_spelling('iv3', 'staff_costs_by_municipality', 'gm_naam') }}
)

select
    try_cast(latest.jaar as integer) as year,
    {{ code('latest.verslagsoort') }} as report_code,
    {{ code('latest.verslagsoort') }} like '%x005' as is_accounts,
    upper({{ trimmed('latest.gm_code') }}) as municipality_code,
    regexp_full_match(upper({{ trimmed('latest.gm_code') }}), 'GM[0-9]{4}') as is_municipality,
    municipality_names.name as municipality,
    {{ trimmed('latest.prv_code') }} as province_code,
    latest.inwoners as inhabitants,
    latest.salarissen_l1_1_keur as salaries_keur,
    latest.inhuur_l3_5_1_keur as hiring_keur,
    latest.lasten_keur as expenses_keur
from latest
left join municipality_names on {{ code('latest.gm_naam') }} = municipality_names.code
