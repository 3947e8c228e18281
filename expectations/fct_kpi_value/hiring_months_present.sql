-- severity: warning
-- kpi: external_hiring_share
-- description: Van de realisatie is elke maand geboekt, van de eerste tot de laatste boeking; de
--   begroting zou een ontbrekende maand verhullen.
-- on_failure: Vraag de eigenaar van de bron of de levering van de genoemde periode volledig is,
--   lever zo nodig opnieuw en start opnieuw.
with booked as (
    select booked_in_month from warehouse.staging.stg_finance_hr__staff_costs
    where
        report_kind = 'realisatie'
        and booked_in_month <= (select as_of from warehouse.staging.stg_run__context)
),

months as (
    select
        unnest(generate_series(min(booked_in_month), max(booked_in_month), interval 1 month))
            as month
    from booked
)

select cast(month as date) as month
from months
where month not in (select booked_in_month from booked)
