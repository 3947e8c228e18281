"""One run from its start to its end: its day, its lock, what it may skip, who may approve it.

Not here: the steps (`ingest/`, `gate/`, `release/`), or how Dagster calls them (`defs/`).
"""
