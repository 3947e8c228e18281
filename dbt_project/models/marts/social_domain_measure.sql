with delivered as (
    select *
    from {{ ref('stg_social_domain__measures') }}
    where measure_no is not null and year is not null
)

select
    coalesce(delivered.measure_no, plan.measure_no) as measure_no,
    coalesce(plan.measure_nl, delivered.measure) as measure,
    coalesce(delivered.year, plan.year) as year,
    -- what was delivered is the plan as it stands now; the document is the plan as it was promised
    coalesce(cast(delivered.saving_keur as double), plan.saving_keur) as saving_keur,
    case
        when delivered.year <= year({{ as_of() }}) then cast(delivered.realised_keur as double)
    end as realised_keur
from {{ ref('social_domain_plan') }} as plan
full join delivered
    on plan.measure_no = delivered.measure_no and plan.year = delivered.year
order by measure_no, year
