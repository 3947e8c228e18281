"""What a release keeps so that its figures can be computed again, and computing them.

Here belongs `proof/` in a run's folder and in a release. Not here: computing a figure in the first
place (`dbt_project/`), telling about it (`explain/`) and proving that nothing was changed
(`evidence/`).
"""
