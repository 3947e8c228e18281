"""Rejected records: the shape in which they are kept, and the folder in which people find them.

Here belongs: the frame, and keeping `quarantine/<source>/` equal to what is rejected now. Not
here: why a record is rejected (`readers.py`, `values.py`). A reason never holds the value of a
column with personal data.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from dronten_pipeline.ingest import files

SCHEMA = pl.Schema(
    {
        "source": pl.String,
        "table_name": pl.String,
        "file_name": pl.String,
        "line": pl.Int64,
        "column_name": pl.String,
        "reason": pl.String,
        "run_id": pl.String,
    }
)


def quarantined(
    rejects: pl.DataFrame, *, source: str, table: str, file_name: str, run_id: str
) -> pl.DataFrame:
    """One row per rejected record.

    Args:
        rejects: `_line`, `column_name`, `reason`, one row per record.
    """
    return rejects.select(
        pl.lit(source).alias("source"),
        pl.lit(table).alias("table_name"),
        pl.lit(file_name).alias("file_name"),
        pl.col("_line").cast(pl.Int64).alias("line"),
        pl.col("column_name").cast(pl.String),
        pl.col("reason").cast(pl.String),
        pl.lit(run_id).alias("run_id"),
    ).sort("line")


def synchronise(folder: Path, wanted: Mapping[str, Path]) -> None:
    """Makes `folder` hold exactly the files `wanted` (name -> immutable file)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, existing in wanted.items():
        if not (folder / name).exists():
            files.link(existing, folder / name)
    for path in folder.glob("*.parquet"):
        if path.name not in wanted:
            path.unlink()
