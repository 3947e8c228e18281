-- severity: critical
-- kpi: external_hiring_share
-- description: De stand van externe inhuur volgt uit de laatste jaarrekening: on_target als
--   Dronten in elke regio die telt onder het aandeel van de regio ligt of daar ten hoogste 1 punt
--   boven, volgens het gemiddelde en volgens de gewogen telling; off_target als het volgens geen
--   van beide zo is, uncertain als zij verschillen, no_data als een regio geen oordeel geeft.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_external_hiring_share naast de
--   records van finance_hr, herstel het model of de levering en start opnieuw.
with latest as (
    select max(year) as year from external_hiring_benchmark
    where own_share is not null
),

wanted as (
    select
        region.region,
        methods.method
    from warehouse.register.benchmark_region as region
    cross join (values ('mean'), ('weighted')) as methods (method)
    where region.is_judged
),

judged as (
    select
        count(*) filter (where benchmark.status is null) as unknown,
        count(*) filter (where benchmark.status = 'above' and wanted.method = 'mean')
            as above_by_mean,
        count(*) filter (where benchmark.status = 'above' and wanted.method = 'weighted')
            as above_by_weight
    from wanted cross join latest left join external_hiring_benchmark as benchmark
        on
            wanted.region = benchmark.region
            and wanted.method = benchmark.method
            and latest.year = benchmark.year
)

select own.kpi_id from own cross join judged
where
    own.kpi_id = 'external_hiring_share'
    and own.status <> case
        when unknown > 0 then 'no_data'
        when above_by_mean = 0 and above_by_weight = 0 then 'on_target'
        when above_by_mean > 0 and above_by_weight > 0 then 'off_target'
        else 'uncertain'
    end
