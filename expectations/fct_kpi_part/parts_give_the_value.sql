-- severity: critical
-- description: Teller en noemer geven de waarde van de rij: een percentage, een gemiddelde of
--   een aantal.
-- on_failure: De query noemt de rijen van fct_kpi_part die niet kloppen: herstel het model
--   fct_kpi_part of de levering erachter en start opnieuw.
select kpi_id
from own
where
    not is_suppressed and value is not null and aggregation in ('share', 'mean', 'sum')
    and coalesce(abs(value - case aggregation
        when 'share' then 100 * numerator / denominator
        when 'mean' then numerator / denominator else numerator
    end) > 1e-6 * greatest(1, abs(value
    )), true)
