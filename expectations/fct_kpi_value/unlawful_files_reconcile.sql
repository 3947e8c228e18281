-- severity: critical
-- kpi: unlawful_files
-- description: Aansluiting onrechtmatige dossiers: elk jaar telt precies de dossiers met oordeel
--   onrechtmatig tot en met de peildatum.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_unlawful_files naast de records van procurement, herstel het model of de levering en start
--   opnieuw.
with used as (
    select
        cast(date_trunc('year', tested_on) as date) as period_start,
        count(*) as quantity
    from warehouse.staging.stg_procurement__files
    where
        tested_on <= (select as_of from warehouse.staging.stg_run__context)
        and tested_on in (
            select date from warehouse.intermediate.int_calendar
            where is_reviewed
        )
        and judgement = 'onrechtmatig'
        and 'procurement' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        period_start,
        value
    from own
    where
        kpi_id = 'unlawful_files'
        and period_grain = 'year'
        and dimension = 'total'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where coalesce(shown.value, -1) <> coalesce(used.quantity, 0)
