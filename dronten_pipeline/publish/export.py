"""Writes the tables of a mart as Parquet and CSV.

Here belongs the form of the files. Not here: where they stand and which of them is current
(`releases.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from dronten_pipeline.gate.candidate import OFFLINE, identifier, literal


def export_parquet(mart: Path, folder: Path) -> dict[str, int]:
    """Writes `<table>.parquet` for every table; the same rows always give the same bytes.

    Returns:
        Number of rows per table, as in the mart.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # One thread and a full sort: nothing in the bytes may depend on how the work was divided.
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
                f"COPY (SELECT * FROM {identifier(table)} ORDER BY ALL) "
                f"TO {literal(folder / f'{table}.parquet')} (FORMAT parquet, COMPRESSION zstd)"
            )
            row = connection.execute(f"SELECT count(*) FROM {identifier(table)}").fetchone()
            assert row is not None
            counts[table] = int(row[0])
    return counts


def export_csv(parquet: Path, folder: Path) -> None:
    """Writes `<table>.csv` for every Parquet file: UTF-8, RFC 4180, dates as yyyy-mm-dd.

    An absent value is an empty field, an empty text is a pair of quotes.
    """
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(parquet.glob("*.parquet")):
        pl.read_parquet(path).write_csv(
            folder / f"{path.stem}.csv",
            line_terminator="\r\n",
            date_format="%Y-%m-%d",
            datetime_format="%Y-%m-%d %H:%M:%S",
            quote_style="necessary",
        )


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
