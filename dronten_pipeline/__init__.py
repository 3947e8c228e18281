"""Datalab Dronten: from delivered files to published, proven KPI figures.

The packages stand in the order in which data flows: `ingest`, `readability`, (dbt in
`dbt_project/`), `gate`, `evidence`, `publish`. `defs` is the only one that knows Dagster.
"""
