-- severity: warning
-- kpi: softbot_cases
-- description: Het aandeel uitval is honderd maal de teller gedeeld door de noemer en ligt van 0
--   tot en met 100.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van softbot_log en laat ze in de bron
--   herstellen of verklaren.
select period_start from own
where
    kpi_id = 'softbot_cases' and dimension_value = 'failed_share' and dimension = 'measure'
    and (abs(value - 100 * numerator / denominator) > 1e-9 or value not between 0 and 100)
