with headlines as (
    {{ headlines() }}
),

figures as (
    select
        headlines.*,
        register.unit
    from headlines
    inner join {{ ref('kpi_register') }} as register on headlines.kpi_id = register.kpi_id
    where headlines.value is not null and headlines.period_end <= headlines.as_of
)

select
    kpi_id,
    period_grain,
    period_start,
    value,
    numerator,
    denominator,
    -- of euros, teams or views chance says nothing: only records come and go one by one
    unit = 'percent' and coalesce(
        bool_and(denominator = sample_size and numerator between 0 and denominator)
            over (partition by kpi_id),
        false
    ) as is_share,
    case when unit = 'count' then 1e0 else 0e0 end as one,
    not is_provisional as is_final
from figures
order by kpi_id, period_start
