-- One SELECT per table of source.yml, each below a line `-- table: <name>`.
-- The columns have the names of source.yml (AS); no other column is asked. A free text
-- (omschrijving) is left out: of it nothing but the length would be kept.
-- ORDER BY the key as text in the order of its characters spares the datalab sorting it.

-- table: staff_costs
SELECT
    b.boekstuknummer AS boekstuk_id,
    b.boekjaar,
    b.periode,
    'realisatie' AS verslagsoort,
    a.naam AS afdeling,
    b.categorie_iv3 AS categorie,
    b.bedrag AS bedrag_eur
FROM grootboek.boeking AS b
JOIN grootboek.afdeling AS a ON a.id = b.afdeling_id
WHERE b.categorie_iv3 IN ('L1.1', 'L3.5.1')
ORDER BY b.boekstuknummer COLLATE "C"
