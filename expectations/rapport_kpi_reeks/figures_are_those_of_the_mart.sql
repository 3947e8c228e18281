-- severity: critical
-- description: Aansluiting: precies de cijfers van fct_kpi_value, met dezelfde waarde, teller en
--   noemer.
-- on_failure: De query noemt de rijen van rapport_kpi_reeks die niet kloppen: herstel het model
--   rapport_kpi_reeks of de levering erachter en start opnieuw.
select own."Sleutel" from own full join fct_kpi_value as figure
    on
        own."Sleutel"
        = concat_ws(
            '|',
            figure.kpi_id,
            figure.period_grain,
            figure.period_start,
            figure.dimension,
            figure.dimension_value
        )
where
    own."Waarde" is distinct from figure.value or own."Teller" is distinct from figure.numerator
    or own."Noemer" is distinct from figure.denominator
    or own."Aantal" is distinct from figure.sample_size
    or (own."Verborgen" = 'ja') is distinct from figure.is_suppressed
