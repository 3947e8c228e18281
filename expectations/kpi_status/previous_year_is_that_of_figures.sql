-- severity: critical
-- description: De waarde van het vorige jaar is die van het laatste hele kalenderjaar voor de
--   peildatum in fct_kpi_value.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
with days as (
    select
        kpi_id,
        max(as_of) as as_of
    from fct_kpi_value
    where dimension = 'total'
    group by 1
)

select own.kpi_id from own
inner join days on own.kpi_id = days.kpi_id
inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id and dim_kpi.direction <> 'benchmark'
left join fct_kpi_value as figure
    on
        own.kpi_id = figure.kpi_id and figure.period_grain = 'year' and figure.dimension = 'total'
        and year(figure.period_start) = year(days.as_of + 1) - 1
where
    own.previous_year_value is distinct from figure.value
    or (own.previous_year_value is null and own.previous_year_status <> 'no_data')
