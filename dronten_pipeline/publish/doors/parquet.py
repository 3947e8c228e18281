"""The Parquet door: one file per table, types kept, for Power BI, Python and R.

Here belongs the form of these files. Not here: the order of the rows, which the gate gave them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from dronten_pipeline.gate.candidate import OFFLINE, identifier, literal


def export_parquet(mart: Path, folder: Path) -> dict[str, int]:
    """Writes `<table>.parquet` for every table; rows in the same order give the same bytes.

    Returns:
        Number of rows per table, as in the mart.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # One thread: nothing in the bytes may depend on how the work was divided.
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE | {"threads": "1"}) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM duckdb_tables() "
                "WHERE schema_name = 'main' AND NOT internal ORDER BY 1"
            ).fetchall()
        ]
        counts: dict[str, int] = {}
        for table in tables:
            connection.execute(
                f"COPY {identifier(table)} TO {literal(folder / f'{table}.parquet')} "
                "(FORMAT parquet, COMPRESSION zstd)"
            )
            row = connection.execute(f"SELECT count(*) FROM {identifier(table)}").fetchone()
            assert row is not None
            counts[table] = int(row[0])
    return counts
