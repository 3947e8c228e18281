-- type: reconciles
-- severity: critical
-- kpi: external_hiring_share
-- description: Aansluiting inhuur: de bedragen L1.1 en L3.5.1 van de realisatie zijn per jaar
--   tot op de cent gelijk aan die van de geleverde boekingen.
-- equal: sample_size, denominator, numerator
select
    booked_in_month as day,
    amount_eur as denominator,
    case when category = 'l3.5.1' then amount_eur end as numerator
from warehouse.staging.stg_finance_hr__staff_costs
where report_kind = 'realisatie' and category in ('l1.1', 'l3.5.1')
