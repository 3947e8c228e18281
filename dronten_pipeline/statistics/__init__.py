"""Methods that dbt's Python models call: control charts, and which cells small groups hide.

Here belongs what is computed of figures alone. Not here: figures themselves (`dbt_project/`).
"""
