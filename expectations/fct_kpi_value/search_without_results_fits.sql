-- severity: warning
-- kpi: search_success
-- description: Zoekopdrachten met een geopend resultaat en zoekopdrachten zonder resultaten zijn
--   samen niet meer dan alle; zo wel, dan is er geopend wat niet gevonden is.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van search_log en laat ze in de bron
--   herstellen of verklaren.
select total.period_start from own as total
inner join own as empty
    on
        empty.kpi_id = total.kpi_id and empty.period_grain = total.period_grain
        and empty.period_start = total.period_start and empty.dimension_value = 'without_results'
where
    total.kpi_id = 'search_success' and total.dimension = 'total'
    and total.numerator + empty.numerator > total.denominator
