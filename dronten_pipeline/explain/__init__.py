"""Where one figure comes from: what a release keeps so that it can be told, and telling it.

Here belongs following a figure back to the deliveries and computing it once more. Not here:
computing it in the first place (`dbt_project/`) and proving that nothing was changed (`evidence/`).
"""
