-- severity: critical
-- kpi: procurement_lawfulness
-- description: Aansluiting euro's: het getoetste en het onrechtmatige bedrag van elk jaar zijn
--   de sommen van de bedragen van de dossiers; een dossier zonder bedrag telt in geen van beide.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_procurement_lawfulness naast de records van procurement, herstel het model of de levering
--   en start opnieuw.
with used as (
    select
        cast(date_trunc('year', tested_on) as date) as period_start,
        count(*) as records,
        sum(amount_eur) as tested,
        coalesce(sum(amount_eur) filter (where judgement = 'onrechtmatig'), 0) as unlawful
    from warehouse.staging.stg_procurement__files
    where
        amount_eur is not null
        and tested_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'procurement' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        period_start,
        max(value) filter (where dimension_value = 'amount_tested') as tested,
        max(value) filter (where dimension_value = 'amount_unlawful') as unlawful,
        max(sample_size) as records
    from own
    where
        kpi_id = 'procurement_lawfulness'
        and period_grain = 'year'
        and dimension = 'measure'
        and source_state = 'current'
        and dimension_value in ('amount_tested', 'amount_unlawful')
    group by 1
)

select period_start from used full join shown using (period_start)
where
    used.records is distinct from shown.records
    or coalesce(abs(shown.tested - used.tested) > 0.005, true)
    or coalesce(abs(shown.unlawful - used.unlawful) > 0.005, true)
