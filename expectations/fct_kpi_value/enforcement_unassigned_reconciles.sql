-- severity: critical
-- kpi: enforcement_response
-- description: Aansluiting niet verdeeld: elke ontvangen toezichtmelding staat in het jaar van
--   ontvangst in de noemer, en in de teller als zij op de peildatum niet is verdeeld.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_enforcement_response naast de records van case_system, herstel het model of de levering en
--   start opnieuw.
with used as (
    select
        cast(date_trunc('year', received_on) as date) as period_start,
        count(*) as received,
        count(*)
        - count(*) filter (
            where assigned_on <= (select as_of from warehouse.staging.stg_run__context)
        ) as unassigned
    from warehouse.staging.stg_case_system__cases
    where
        case_type = 'toezichtmelding'
        and received_on <= (select as_of from warehouse.staging.stg_run__context)
        and 'case_system' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by 1
),

shown as (
    select
        period_start,
        numerator,
        denominator,
        sample_size
    from own
    where
        kpi_id = 'enforcement_response'
        and period_grain = 'year'
        and dimension_value = 'unassigned'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start)
where
    used.received is distinct from shown.denominator
    or used.received is distinct from shown.sample_size
    or used.unassigned is distinct from shown.numerator
