"""Datalab Dronten: from delivered files to published, proven KPI figures.

The rooms, each of which knows those before it and no other: `core`, `contracts`, `ledger`,
`statistics`, `readability`, `ingest`, `supplier`, `gate`, `release`, `postgres`, `audit`,
`pipeline`, `web`, `defs` (Dagster only), `commands` (the terminal only), `leesniveau`. What each is
for stands in docs/architecture.md; `tests/conventions/test_layers.py` holds the order.
"""
