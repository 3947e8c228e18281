-- severity: critical
-- description: Geen afgeschermd deel is te berekenen uit het totaal en de andere delen.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
with parts as (
    select
        part.kpi_id,
        part.period_grain,
        part.period_start,
        part.dimension,
        count(*) filter (where part.is_suppressed)
        + cast(bool_or(total.is_suppressed) as integer) as hidden
    from own as part
    inner join own as total
        on
            part.kpi_id = total.kpi_id and part.period_grain = total.period_grain
            and part.period_start = total.period_start and total.dimension = 'total'
    where part.dimension not in ('total', 'measure')
    group by all
)

select kpi_id from parts
where hidden = 1
