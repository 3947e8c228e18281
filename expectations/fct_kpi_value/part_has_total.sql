-- severity: critical
-- description: Bij elk deel van een uitsplitsing staat het totaal van dezelfde periode.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select part.kpi_id from own as part
anti join own as total
    on
        part.kpi_id = total.kpi_id and part.period_grain = total.period_grain
        and part.period_start = total.period_start and total.dimension = 'total'
where part.dimension <> 'total'
