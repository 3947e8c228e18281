-- severity: critical
-- kpi: softbot_cases
-- description: De processen zijn samen precies het totaal, in stukken en in uitvoeringen.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_softbot_cases naast de records van
--   softbot_log, herstel het model of de levering en start opnieuw.
with parts as (
    select
        period_grain,
        period_start,
        sum(value) as value,
        sum(sample_size) as sample_size
    from own
    where kpi_id = 'softbot_cases' and dimension = 'process'
    group by all
)

select total.period_start from own as total left join parts using (period_grain, period_start)
where
    total.kpi_id = 'softbot_cases' and total.dimension = 'total' and total.source_state = 'current'
    and (
        coalesce(parts.value, 0) <> total.value
        or coalesce(parts.sample_size, 0) <> total.sample_size
    )
