-- severity: critical
-- description: De delen van een uitsplitsing zijn samen niet meer records dan het totaal. Niet
--   bij doorverbonden gesprekken: die tellen ook als niet bekend is of er is opgenomen.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
with parts as (
    select
        kpi_id,
        period_grain,
        period_start,
        dimension,
        sum(sample_size) as sample_size
    from own
    where dimension not in ('total', 'measure', 'transfer')
    group by all
)

select parts.kpi_id from parts
inner join own as total
    on
        parts.kpi_id = total.kpi_id and parts.period_grain = total.period_grain
        and parts.period_start = total.period_start and total.dimension = 'total'
where parts.sample_size > total.sample_size
