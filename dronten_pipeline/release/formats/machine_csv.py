"""The CSV format for machines: UTF-8 after RFC 4180, nothing changed in the values.

Here belongs the form of these files. Not here: what Excel makes of them (`dutch_csv.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, cast

from dronten_pipeline.release.formats.checksums import Files, HashedFile


def export_csv(parquet: Path, folder: Path) -> Files:
    """Writes `<table>.csv` for every Parquet file, piece by piece.

    Dates as yyyy-mm-dd, a decimal point, true and false. An absent value is an empty field, an
    empty text is a pair of quotes.

    Returns:
        `sha256` and `bytes` of every file, by its path from above the folder.
    """
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    written: Files = {}
    for path in sorted(parquet.glob("*.parquet")):
        name = f"{path.stem}.csv"
        with HashedFile(folder / name) as file:
            pl.scan_parquet(path).sink_csv(
                cast(IO[bytes], file),
                line_terminator="\r\n",
                date_format="%Y-%m-%d",
                datetime_format="%Y-%m-%d %H:%M:%S%.f",
                quote_style="necessary",
            )
        written[f"{folder.name}/{name}"] = file.described()
    return written
