"""The Parquet format: one file per table, types kept, for Power BI, Python and R.

Here belongs the form of these files. Not here: the order of the rows, which the gate gave them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from dronten_pipeline.core.database import OFFLINE, identifier, literal

#: A column with more different values in 122,880 rows is written without a dictionary. By default
#: DuckDB goes on to 24,576 before it gives up, which costs a sixth of the time.
MOST_IN_DICTIONARY = 1000

#: The standard level, 3, takes a sixth more time for files that are a sixth smaller.
LEVEL = 1

#: Per processor; else what waits to be written grows with the table. Rows of 2 kB fit well.
MEMORY_MB = 256


def export_parquet(mart: Path, folder: Path, processors: int | None = None) -> dict[str, int]:
    """Writes `<table>.parquet` for every table; rows in the same order give the same bytes.

    Args:
        processors: by default those of this machine.

    Returns:
        Number of rows per table, as in the mart.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Two threads or more divide a table into the same groups of rows, however many they are; one
    # alone takes another way, which gives other groups when rows were deleted.
    threads = max(2, processors or os.cpu_count() or 2)
    config = OFFLINE | {"threads": threads, "memory_limit": f"{MEMORY_MB * threads}MB"}
    with duckdb.connect(str(mart), read_only=True, config=config) as connection:
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
                    f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {LEVEL}, "
                    f"DICTIONARY_SIZE_LIMIT {MOST_IN_DICTIONARY}, WRITE_BLOOM_FILTER false)"
                )
                row = cursor.fetchone()
            assert row is not None
            return int(row[0])

        with ThreadPoolExecutor(threads) as pool:
            written = dict(zip(tables, pool.map(write, tables), strict=True))
    return dict(sorted(written.items()))


def hash_columns(paths: Iterable[Path], *, without: Collection[str]) -> dict[Path, str]:
    """SHA-256 of what each file holds but for the columns named: names, types and bytes.

    A file keeps each column apart, so that a value in another column changes nothing here.

    Raises:
        duckdb.Error: a file is no Parquet.
        OSError: a file cannot be read.
    """
    hashes: dict[Path, str] = {}
    with duckdb.connect(":memory:", config=OFFLINE) as connection:
        for path in paths:
            columns = connection.execute(
                f"SELECT name, duckdb_type FROM parquet_schema({literal(path)}) "
                "WHERE num_children IS NULL"
            ).fetchall()
            kept = [column for column in columns if column[0] not in without]
            digest = hashlib.sha256(repr(kept).encode())
            chunks = connection.execute(
                "SELECT path_in_schema, least(dictionary_page_offset, data_page_offset), "
                f"total_compressed_size FROM parquet_metadata({literal(path)}) "
                "ORDER BY row_group_id, column_id"
            ).fetchall()
            with path.open("rb") as file:
                for name, start, size in chunks:
                    if name not in without:
                        file.seek(start)
                        digest.update(file.read(size))
            hashes[path] = digest.hexdigest()
    return hashes
