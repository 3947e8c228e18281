-- severity: critical
-- description: Een grens ligt niet waar geen cijfer kan liggen: niet onder 0, en van een
--   percentage niet boven 100, tenzij een cijfer van de reeks daar zelf ligt.
-- on_failure: De query noemt de rijen van kpi_signal die niet kloppen: herstel het model
--   kpi_signal of de levering erachter en start opnieuw.
with ranges as (
    select
        kpi_id,
        min(value) as lowest,
        max(value) as highest
    from own
    group by kpi_id
)

select own.kpi_id from own inner join ranges on own.kpi_id = ranges.kpi_id
inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where
    (own.lower < 0 and ranges.lowest >= 0)
    or (dim_kpi.unit = 'percent' and own.upper > 100 and ranges.highest <= 100)
