"""What every room uses and no room owns: settings, durable files, DuckDB, Dutch words, limits.

Each thing stands here once. Not here: anything that knows a delivery, a KPI or a release.
"""
