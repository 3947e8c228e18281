-- severity: critical
-- description: Een interval staat bij elk cijfer van een steekproef, en bij geen cijfer waarvoor
--   alles is geteld; alleen het aandeel B1 in totaal heeft er een van de fouten van het instrument
--   (instrument_interval).
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select own.kpi_id from own
inner join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
where
    own.source_state = 'current' and own.dimension <> 'measure' and own.value is not null
    and (own.ci_low is not null) <> register.is_sampled
    and not (own.kpi_id in ('b1_share', 'permit_pages_b1') and own.dimension = 'total')
