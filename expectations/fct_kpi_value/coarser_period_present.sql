-- severity: critical
-- description: Bij elk totaal van een maand staat het totaal van het kwartaal en bij dat van een
--   kwartaal dat van het jaar.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select part.kpi_id from own as part
anti join own as whole
    on
        part.kpi_id = whole.kpi_id and whole.dimension = 'total'
        and whole.period_grain = case part.period_grain when 'month' then 'quarter' else 'year' end
        and whole.period_start = cast(date_trunc(whole.period_grain, part.period_start) as date)
where part.dimension = 'total' and part.period_grain <> 'year'
