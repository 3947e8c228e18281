-- severity: critical
-- description: Aansluiting: precies de hoofdcijfers van fct_kpi_value in de kleinste periode,
--   met dezelfde waarde.
-- on_failure: De query noemt de rijen van fct_kpi_total die niet kloppen: herstel het model
--   fct_kpi_total of de levering erachter en start opnieuw.
with published as (
    select
        figure.*,
        cast(strftime(figure.period_start, '%Y%m%d') as integer) as date_key
    from warehouse.main.fct_kpi_value as figure
    inner join dim_kpi as kpi
        on figure.kpi_id = kpi.kpi_id and figure.period_grain = kpi.period_grain
    where figure.dimension = 'total' and figure.period_start in (select date from dim_date)
)

select coalesce(own.kpi_id, published.kpi_id) as kpi_id
from own full join published
    on
        own.kpi_id = published.kpi_id and own.date_key = published.date_key
where
    own.value is distinct from published.value
    or own.is_suppressed is distinct from published.is_suppressed
