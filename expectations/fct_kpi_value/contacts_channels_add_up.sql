-- severity: critical
-- kpi: kcc_contact_share
-- description: Uitsplitsing: de kanalen tellen in elke periode op tot het totaal.
-- on_failure: Zoek in de genoemde periode welk deel dubbel of niet telt in het model
--   kpi_kcc_contact_share, herstel dat en start opnieuw.
with parts as (
    select
        period_grain,
        period_start,
        sum(sample_size) as sample_size,
        sum(numerator) as numerator
    from own
    where kpi_id = 'kcc_contact_share' and dimension = 'channel'
    group by all
)

select total.period_start from own as total left join parts using (period_grain, period_start)
where
    total.kpi_id = 'kcc_contact_share'
    and total.dimension = 'total'
    and total.source_state = 'current'
    and (
        total.sample_size <> coalesce(parts.sample_size, 0)
        or total.numerator <> coalesce(parts.numerator, 0)
    )
