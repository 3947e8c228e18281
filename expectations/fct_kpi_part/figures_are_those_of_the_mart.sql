-- severity: critical
-- description: Aansluiting: precies de uitsplitsingen van fct_kpi_value in de kleinste periode,
--   met dezelfde waarde.
-- on_failure: De query noemt de rijen van fct_kpi_part die niet kloppen: herstel het model
--   fct_kpi_part of de levering erachter en start opnieuw.
select coalesce(own.kpi_id, figure.kpi_id) from own full join (
    select
        f.*,
        cast(strftime(f.period_start, '%Y%m%d') as integer) as date_key
    from warehouse.main.fct_kpi_value as f
    join dim_kpi as kpi on f.kpi_id = kpi.kpi_id and f.period_grain = kpi.period_grain
    where f.dimension not in ('total', 'measure') and f.period_start in (select date from dim_date)
) as figure
    on
        own.kpi_id = figure.kpi_id and own.date_key = figure.date_key
        and own.dimension = figure.dimension and own.dimension_value = figure.dimension_value
where
    own.value is distinct from figure.value
    or own.is_suppressed is distinct from figure.is_suppressed
