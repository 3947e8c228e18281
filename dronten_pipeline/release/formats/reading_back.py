"""Reads what was written: a file that does not come back whole is not published.

Here belongs counting the rows of written files. Not here: comparing every value, which the tests
do.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from dronten_pipeline.core.database import OFFLINE, literal


def count_rows(paths: Iterable[Path]) -> dict[Path, int]:
    """Rows of Parquet and CSV files, counted by reading them.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    counts: dict[Path, int] = {}
    with duckdb.connect(":memory:", config=OFFLINE) as connection:
        for path in paths:
            query = _parquet_query(path) if path.suffix == ".parquet" else _csv_query(path)
            row = connection.execute(query).fetchone()
            assert row is not None
            counts[path] = int(row[0])
    return counts


def _parquet_query(path: Path) -> str:
    # A hash of whole rows reads every page; a plain count would believe the footer.
    return (
        "SELECT count(*) FILTER (digest IS NOT NULL) "
        f"FROM (SELECT hash(rows) AS digest FROM read_parquet({literal(path)}) AS rows)"
    )


def _csv_query(path: Path) -> str:
    # The dialect is named, not guessed: line breaks in quotes are part of one record.
    return (
        f"SELECT count(*) FROM read_csv({literal(path)}, header = true, all_varchar = true, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"null_padding = false, max_line_size = 67108864, columns = {_varchar_columns(path)})"
    )


def _varchar_columns(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        names = file.readline().strip().split(",")
    return "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
