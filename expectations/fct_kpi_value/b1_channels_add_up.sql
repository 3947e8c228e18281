-- severity: critical
-- kpi: b1_share
-- description: Elke tekst heeft een kanaal: de kanalen zijn samen precies het totaal, in
--   records, teller en noemer.
-- on_failure: Zoek in de genoemde periode welk deel dubbel of niet telt in het model
--   kpi_b1_share, herstel dat en start opnieuw.
with parts as (
    select
        period_grain,
        period_start,
        sum(sample_size) as sample_size,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from own
    where kpi_id = 'b1_share' and dimension = 'channel'
    group by all
)

select total.period_start from own as total left join parts using (period_grain, period_start)
where
    total.kpi_id = 'b1_share' and total.dimension = 'total' and total.source_state = 'current'
    and (
        coalesce(parts.sample_size, 0) is distinct from total.sample_size
        or abs(parts.numerator - total.numerator) > 0.005
        or abs(parts.denominator - total.denominator) > 0.005
    )
