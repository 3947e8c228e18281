with latest as (
    {{ latest_version('finance_hr', 'staff_costs', ['boekstuk_id']) }}
),

department_names as (
    {{ first_spelling('finance_hr', 'staff_costs', 'afdeling') }}
)

select
    latest.boekstuk_id as entry_id,
    latest.boekjaar as booking_year,
    latest.periode as booking_period,
    -- 13 and 14 are closing entries of December; an impossible period counts in the nearest month,
    -- so that the year keeps its total, and is warned about
    cast(
        try(make_date(latest.boekjaar, least(greatest(latest.periode, 1), 12), 1)) as date
    ) as booked_in_month,
    {{ code('latest.verslagsoort') }} as report_kind,
    department_names.name as department,
    {{ code('latest.categorie') }} as category,
    latest.bedrag_eur as amount_eur,
    latest.omschrijving_length as description_length
from latest
left join department_names on {{ code('latest.afdeling') }} = department_names.code
