with latest as (
    {{ latest_version('service_survey', 'grades', ['respons_id']) }}
),

product_names as (
    {{ first_spelling('service_survey', 'grades', 'product') }}
)

select
    latest.respons_id as response_id,
    latest.afgenomen_op as surveyed_on,
    coalesce(product_names.name, 'onbekend') as product,
    latest.cijfer as grade,
    latest.schaal_max as scale_max,
    {{ code('latest.meting') }} as survey_round,
    latest.toelichting_length as remark_length
from latest
left join product_names on {{ code('latest.product') }} = product_names.code
