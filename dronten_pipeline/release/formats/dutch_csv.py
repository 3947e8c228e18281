"""The CSV format for Excel with Dutch settings: a double click shows columns, numbers and dates.

Here belongs what such an Excel expects: a byte order mark, semicolons, a decimal comma, dates as
dd-mm-jjjj, WAAR and ONWAAR. Not here: values for programs (`machine_csv.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dronten_pipeline.release.formats.headings import headings, shown
from dronten_pipeline.release.formats.mart import Table

if TYPE_CHECKING:
    import polars as pl

#: A larger table is one to compute with, and of more than 1,048,575 rows Excel cuts off the rest
#: without a word; such a table is not offered in this form.
MOST_ROWS = 100_000

#: A text that begins with one of these is taken for a formula, or for the mark that prevents it.
FORMULA = r"^[=+\-@＝＋－＠\t\r\n']"


def export_dutch_csv(parquet: Path, folder: Path, tables: Iterable[Table]) -> None:
    """Writes `<table>.csv` for every table that Excel opens well.

    A text that Excel would run as a formula gets an apostrophe in front, and so does a text that
    begins with an apostrophe: taking away one gives the text back in every case.
    """
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        if not fits(table):
            continue
        frame = pl.scan_parquet(parquet / f"{table.name}.parquet")
        schema = frame.collect_schema()
        names = shown(schema.names())
        frame.select(
            _shown(name, schema[name]).alias(title)
            for name, title in zip(names, headings(names), strict=True)
        ).sink_csv(
            folder / f"{table.name}.csv",
            include_bom=True,
            separator=";",
            decimal_comma=True,
            line_terminator="\r\n",
            date_format="%d-%m-%Y",
            datetime_format="%d-%m-%Y %H:%M:%S%.f",
            quote_style="necessary",
        )


def fits(table: Table) -> bool:
    """Whether a table is offered in this form."""
    return table.rows <= MOST_ROWS


def _shown(name: str, kind: pl.DataType) -> pl.Expr:
    import polars as pl

    column = pl.col(name)
    if kind == pl.String:
        return (
            pl.when(column.str.contains(FORMULA))
            .then(pl.concat_str(pl.lit("'"), column))
            .otherwise(column)
        )
    if kind == pl.Boolean:
        return pl.when(column).then(pl.lit("WAAR")).when(~column).then(pl.lit("ONWAAR"))
    return column
