-- severity: critical
-- kpi: invoices_paid_30d
-- description: Binnen 14 dagen is betaald wat ook binnen 30 dagen is betaald, over dezelfde
--   facturen.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_invoices_paid_30d naast de records
--   van finance_invoices, herstel het model of de levering en start opnieuw.
select total.period_start from own as total
left join own as quick
    on
        quick.kpi_id = total.kpi_id and quick.period_grain = total.period_grain
        and quick.period_start = total.period_start and quick.dimension_value = 'within_14_days'
where
    total.kpi_id = 'invoices_paid_30d'
    and total.dimension = 'total'
    and total.source_state = 'current'
    and total.denominator > 0
    and (quick.denominator is distinct from total.denominator or quick.numerator > total.numerator)
