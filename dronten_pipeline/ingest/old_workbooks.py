"""The worksheets of a workbook of Excel 97 to 2003 (.xls), each cell as Excel shows it.

Here belongs: what `xlrd` says of such a workbook. Not here: which sheet is read (`workbooks.py`),
what a number format shows (`number_formats.py`).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from dronten_pipeline.ingest import number_formats, sheets
from dronten_pipeline.ingest.dialect import Refused

if TYPE_CHECKING:
    import xlrd

DAYS_1904 = 1462
#: The types of cells of xlrd: text, number, date, truth value, error.
KINDS = {1: "text", 2: "number", 3: "number", 4: "boolean", 5: "error"}


def read(content: bytes) -> list[sheets.Sheet]:
    """The sheets of a workbook, in its order.

    Raises:
        TooLarge: it has too many cells.
        Refused: it is damaged, or has a password.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        if "encrypt" in str(error) or "password" in str(error):
            raise Refused(
                "Dit oude Excel-bestand (.xls) heeft een wachtwoord. Sla het op zonder "
                "wachtwoord en lever het opnieuw."
            ) from error
        raise Refused(sheets.DAMAGED) from error
    except MemoryError:
        raise
    except Exception as error:  # it raises whatever it meets in a damaged file
        raise Refused(sheets.DAMAGED) from error
    styles = [number_formats.shown(one.format_key, _codes(book)) for one in book.xf_list]
    return [_sheet(book, sheet, styles) for sheet in book.sheets()]


def _codes(book: xlrd.Book) -> dict[int, str]:
    return {number: one.format_str for number, one in book.format_map.items()}


def _sheet(
    book: xlrd.Book, sheet: xlrd.sheet.Sheet, styles: list[number_formats.Shown]
) -> sheets.Sheet:
    lengths = [sheet.row_len(row) for row in range(sheet.nrows)]
    if sum(lengths) > sheets.MOST_CELLS:
        raise sheets.too_many(sum(lengths))
    rows = pl.DataFrame(
        {
            "row": range(sheet.nrows),
            "type": [list(sheet.row_types(row)) for row in range(sheet.nrows)],
            "style": [list(sheet._cell_xf_indexes[row]) for row in range(sheet.nrows)],
            "text": [[str(value) for value in sheet.row_values(row)] for row in range(sheet.nrows)],
        },
        schema={
            "row": pl.UInt32,
            "type": pl.List(pl.Int64),
            "style": pl.List(pl.Int64),
            "text": pl.List(pl.String),
        },
    )
    cells = (
        rows.with_columns(column=pl.int_ranges(0, pl.col("type").list.len(), dtype=pl.UInt32))
        .explode("type", "style", "text", "column", empty_as_null=False)
        .filter(pl.col("type").is_in(list(KINDS)))
        .with_columns(
            kind=pl.col("type").replace_strict(KINDS, return_dtype=pl.String),
            style=pl.col("style").cast(pl.UInt32, strict=False).fill_null(0),
        )
        .with_columns(
            number=pl.when(pl.col("kind") == "number").then(
                pl.col("text").cast(pl.Float64, strict=False)
            ),
            text=pl.when(pl.col("kind") == "boolean")
            .then(pl.col("text").replace({"1": "true", "0": "false"}))
            .otherwise("text"),
        )
    )
    shown = number_formats.applied(cells, styles, DAYS_1904 if book.datemode else 0)
    hidden = [row for row, about in sheet.rowinfo_map.items() if about.hidden]
    merged = [(top, below - 1, left, right - 1) for top, below, left, right in sheet.merged_cells]
    return sheets.Sheet(
        cells=sheets.filled(shown),
        is_visible=sheet.visibility == 0,
        hidden=pl.Series(hidden, dtype=pl.UInt32),
        merged=pl.DataFrame(merged, schema=sheets.MERGED, orient="row"),
    )
