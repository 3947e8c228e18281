-- severity: critical
-- kpi: external_hiring_share
-- description: Aansluiting inhuur: de bedragen L1.1 en L3.5.1 van de realisatie zijn per jaar
--   tot op de cent gelijk aan die van de geleverde boekingen.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_external_hiring_share naast de records van finance_hr, herstel het model of de levering en
--   start opnieuw.
with used as (
    select
        year(booked_in_month) as year,
        count(*) as records,
        sum(amount_eur) as costs,
        coalesce(sum(amount_eur) filter (where category = 'l3.5.1'), 0) as hiring
    from warehouse.staging.stg_finance_hr__staff_costs
    where
        report_kind = 'realisatie'
        and category in ('l1.1', 'l3.5.1')
        and booked_in_month <= (select as_of from warehouse.staging.stg_run__context)
        and 'finance_hr' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        year(period_start) as year,
        sample_size,
        numerator,
        denominator
    from own
    where
        kpi_id = 'external_hiring_share' and period_grain = 'year' and dimension = 'total'
        and source_state = 'current'
)

select year from used full join shown using (year)
where
    used.records is null or shown.sample_size is null or shown.sample_size <> used.records
    or abs(shown.denominator - used.costs) > 0.005 or abs(shown.numerator - used.hiring) > 0.005
