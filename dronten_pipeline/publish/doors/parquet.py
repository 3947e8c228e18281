"""The Parquet door: one file per table, types kept, for Power BI, Python and R.

Here belongs the form of these files. Not here: the order of the rows, which the gate gave them.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from dronten_pipeline.gate.candidate import OFFLINE, identifier, literal


def export_parquet(mart: Path, folder: Path) -> dict[str, int]:
    """Writes `<table>.parquet` for every table; rows in the same order give the same bytes.

    Returns:
        Number of rows per table, as in the mart.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # One thread per table: nothing in the bytes may depend on how the work was divided.
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE | {"threads": "1"}) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM duckdb_tables() "
                "WHERE schema_name = 'main' AND NOT internal ORDER BY estimated_size DESC, 1"
            ).fetchall()
        ]

        def write(table: str) -> int:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"COPY {identifier(table)} TO {literal(folder / f'{table}.parquet')} "
                    "(FORMAT parquet, COMPRESSION zstd)"
                )
                row = cursor.fetchone()
            assert row is not None
            return int(row[0])

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            written = dict(zip(tables, pool.map(write, tables), strict=True))
    return dict(sorted(written.items()))
