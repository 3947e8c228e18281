-- severity: critical
-- description: Het getoonde doel staat in fct_kpi_target en geldt op de laatste dag van wat
--   beoordeeld is; geldt er dan geen, dan is het het eerste dat nog komt.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
with targets as (
    select
        target.*,
        coalesce(own.judged_until, context.as_of) as day
    from fct_kpi_target as target inner join own on target.kpi_id = own.kpi_id
    cross join warehouse.staging.stg_run__context as context
    where target.kind = 'target'
),

wanted as (
    select
        kpi_id,
        comparator,
        target_value,
        period_start
    from targets
    where coalesce(period_end, date '9999-12-31') >= day
    qualify row_number() over (partition by kpi_id order by period_start) = 1
)

select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
left join wanted on own.kpi_id = wanted.kpi_id
where
    dim_kpi.direction <> 'benchmark'
    and (
        own.comparator is distinct from wanted.comparator
        or own.target_value is distinct from wanted.target_value
        or own.target_from is distinct from wanted.period_start
    )
