-- severity: critical
-- description: Aansluiting: elk hoofdcijfer van een periode die voorbij is en dat getoond wordt
--   heeft hier één rij met dezelfde waarde, en geen ander cijfer heeft er een.
-- on_failure: De query noemt de rijen van kpi_signal die niet kloppen: herstel het model
--   kpi_signal of de levering erachter en start opnieuw.
with figures as (
    select
        figure.kpi_id,
        figure.period_grain,
        figure.period_start,
        figure.value
    from fct_kpi_value as figure
    inner join
        dim_kpi
        on figure.kpi_id = dim_kpi.kpi_id and figure.period_grain = dim_kpi.period_grain
    where
        figure.dimension = 'total' and figure.value is not null
        and figure.period_start
        + to_months(case figure.period_grain when 'month' then 1 when 'quarter' then 3 else 12 end)
        <= figure.as_of + interval 1 day
)

select coalesce(own.kpi_id, figures.kpi_id) as kpi_id
from own full join figures
    on
        own.kpi_id = figures.kpi_id
        and own.period_grain = figures.period_grain
        and own.period_start = figures.period_start
where own.value is distinct from figures.value
