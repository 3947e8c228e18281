-- severity: critical
-- kpi: b1_training_coverage
-- description: Elke medewerker heeft een team: de teams zijn samen precies het totaal, waar er
--   delen zijn.
-- on_failure: Zoek in de genoemde periode welk deel dubbel of niet telt in het model
--   kpi_b1_training_coverage, herstel dat en start opnieuw.
with parts as (
    select
        period_grain,
        period_start,
        bool_or(is_suppressed) as is_hidden,
        sum(sample_size) as sample_size
    from own
    where kpi_id = 'b1_training_coverage' and dimension = 'team'
    group by all
)

select total.period_start from own as total inner join parts using (period_grain, period_start)
where
    total.kpi_id = 'b1_training_coverage'
    and total.dimension = 'total'
    and total.source_state = 'current'
    and not parts.is_hidden and not total.is_suppressed
    and parts.sample_size <> total.sample_size
