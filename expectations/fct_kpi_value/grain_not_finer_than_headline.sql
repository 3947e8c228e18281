-- severity: critical
-- description: Er zijn geen cijfers over een kortere periode dan die van het hoofdcijfer.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where
    own.source_state = 'current' and list_position(['month', 'quarter', 'year'], own.period_grain)
    < list_position(['month', 'quarter', 'year'], dim_kpi.period_grain)
