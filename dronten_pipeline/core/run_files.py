"""What the files of a run and of a release are called, for every room that opens one.

Here belongs: a name that more than one room writes or reads. Not here: what stands in the file, a
name that one module alone uses, where folders lie (`settings.py`), or names that others chose
(`file_names.py`).
"""

from __future__ import annotations

#: What dbt built, in the folder of the run.
WAREHOUSE = "warehouse.duckdb"
#: The tables that are judged, beside the warehouse; and that were published, in the release.
MART = "mart.duckdb"
#: Which deliveries a run reads, in the snapshot and beside the warehouse.
INPUTS = "inputs.json"
#: What the gate found, beside the mart that it judged.
VERDICT = "verdict.json"
#: The report, of a release in its folder, of a run that was held back beside its verdict.
REPORT = "controleverslag.html"
#: The table of scores that every list of documents has, and its folder.
SCORES = "scores"
