-- severity: critical
-- kpi: procurement_lawfulness
-- description: Elk dossier heeft een afdeling: de afdelingen zijn samen precies het totaal.
-- on_failure: Zoek in de genoemde periode welk deel dubbel of niet telt in het model
--   kpi_procurement_lawfulness, herstel dat en start opnieuw.
with parts as (
    select
        period_grain,
        period_start,
        bool_or(is_suppressed) as is_hidden,
        sum(sample_size) as sample_size
    from own
    where kpi_id = 'procurement_lawfulness' and dimension = 'department'
    group by all
)

select total.period_start from own as total left join parts using (period_grain, period_start)
where
    total.kpi_id = 'procurement_lawfulness'
    and total.dimension = 'total'
    and total.source_state = 'current'
    and coalesce(parts.sample_size, 0) <> total.sample_size
