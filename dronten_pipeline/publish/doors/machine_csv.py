"""The CSV door for machines: UTF-8 after RFC 4180, nothing changed in the values.

Here belongs the form of these files. Not here: what Excel makes of them (`dutch_csv.py`).
"""

from __future__ import annotations

from pathlib import Path


def export_csv(parquet: Path, folder: Path) -> None:
    """Writes `<table>.csv` for every Parquet file, piece by piece.

    Dates as yyyy-mm-dd, a decimal point, true and false. An absent value is an empty field, an
    empty text is a pair of quotes.
    """
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(parquet.glob("*.parquet")):
        pl.scan_parquet(path).sink_csv(
            folder / f"{path.stem}.csv",
            line_terminator="\r\n",
            date_format="%Y-%m-%d",
            datetime_format="%Y-%m-%d %H:%M:%S%.f",
            quote_style="necessary",
        )
