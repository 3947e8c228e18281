"""What was promised, as typed objects: deliveries, published tables, their rules, the dbt project.

Here belongs reading those promises. Not here: whether somebody keeps them (`ingest/`, `gate/`).
"""
