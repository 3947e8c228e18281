"""How each KPI stands, as every screen reads it from a mart: one query for all of them.

Here belongs what `datalab status`, `datalab explain` and the report show of a KPI beside its name.
Not here: how it is said (`core/words.py`), and the verdict itself (the model kpi_status).
"""

#: A row per KPI: those of kpi_status with name_nl, unit, direction, owner, source_system and
#: ratified_on of dim_kpi; is_stale; and why, which says of status no_data what is missing:
#: not_delivered, hidden (a small group in what is judged) or nothing_counted.
STANDING = """
SELECT
    kpi_status.*,
    dim_kpi.name_nl,
    dim_kpi.unit,
    dim_kpi.direction,
    dim_kpi.owner,
    dim_kpi.source_system,
    dim_kpi.ratified_on,
    kpi_status.kpi_id IN (
        SELECT kpi_id FROM fct_kpi_value WHERE source_state = 'stale'
    ) AS is_stale,
    CASE
        WHEN kpi_status.status <> 'no_data' THEN NULL
        WHEN dim_kpi.source_system NOT IN (SELECT source FROM source_delivery)
            THEN 'not_delivered'
        -- of the latest period, or of one of those that the year so far is made of
        WHEN EXISTS (
            SELECT 1
            FROM fct_kpi_value AS hidden
            WHERE
                hidden.kpi_id = kpi_status.kpi_id
                AND hidden.dimension = 'total'
                AND hidden.is_suppressed
                AND hidden.period_start BETWEEN
                    least(kpi_status.judged_period_start, kpi_status.period_start)
                    AND greatest(kpi_status.judged_until, kpi_status.period_start)
        )
            THEN 'hidden'
        ELSE 'nothing_counted'
    END AS why
FROM kpi_status
INNER JOIN dim_kpi USING (kpi_id)
ORDER BY dim_kpi.name_nl
"""
