-- severity: warning
-- kpi: procurement_lawfulness
-- description: In elk jaar dat voorbij is zijn minstens 300 dossiers getoetst, zoals het
--   document belooft.
-- source: Begroting 2026, programma 0, toelichting bij doel 10 en 11: jaarlijks minimaal 300
--   dossiers.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van procurement en laat ze in de bron
--   herstellen of verklaren.
select
    period_start,
    value
from own
where
    kpi_id = 'procurement_lawfulness' and period_grain = 'year' and dimension_value = 'files_tested'
    and not is_provisional and value < 300
