-- severity: critical
-- kpi: invoices_paid_30d
-- description: Uitsplitsing: de afdelingen tellen in elke periode op tot het totaal.
-- on_failure: Zoek in de genoemde periode welk deel dubbel of niet telt in het model
--   kpi_invoices_paid_30d, herstel dat en start opnieuw.
with parts as (
    select
        period_grain,
        period_start,
        sum(sample_size) as sample_size,
        sum(numerator) as numerator
    from own
    where kpi_id = 'invoices_paid_30d' and dimension = 'department'
    group by all
)

select total.period_start from own as total left join parts using (period_grain, period_start)
where
    total.kpi_id = 'invoices_paid_30d'
    and total.dimension = 'total'
    and total.source_state = 'current'
    and (
        total.sample_size <> coalesce(parts.sample_size, 0)
        or total.numerator <> coalesce(parts.numerator, 0)
    )
