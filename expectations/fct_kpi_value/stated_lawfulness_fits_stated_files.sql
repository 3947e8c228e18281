-- severity: warning
-- kpi: procurement_lawfulness
-- description: De gepubliceerde score en het gepubliceerde aantal onrechtmatige dossiers passen
--   bij minstens 300 getoetste dossiers; zo niet, dan gaan zij over andere dossiers of telt
--   onzeker in de score mee. Beide staan zoals gepubliceerd.
-- source: Begroting 2026, programma 0: de tabel Opdrachten conform inkoopbeleid naast de 300
--   dossiers uit de toelichting.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van procurement en laat ze in de bron
--   herstellen of verklaren.
select
    score.period,
    files.stated_value / (1 - score.stated_value / 100) as implied_files
from kpi_stated_value as score
inner join kpi_stated_value as files using (period)
where
    score.kpi_id = 'procurement_lawfulness' and files.kpi_id = 'unlawful_files'
    and files.stated_value / (1 - score.stated_value / 100) < 300
