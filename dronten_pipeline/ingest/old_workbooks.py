"""The worksheets of a workbook of Excel 97 to 2003 (.xls), each cell as Excel shows it.

Here belongs: what `xlrd` says of such a workbook. Not here: which sheet is read (`workbooks.py`),
what a number format shows (`number_formats.py`).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from dronten_pipeline.ingest import number_formats, sheets
from dronten_pipeline.ingest.dialect import Refused

if TYPE_CHECKING:
    import xlrd

DAYS_1904 = 1462
PLACES = pl.Schema({"row": pl.UInt32, "column": pl.UInt32})
#: The types of cells of xlrd: text, number, date, truth value, error.
KINDS = {1: "text", 2: "number", 3: "number", 4: "boolean", 5: "error"}
#: Records of the format: two bytes say which, two how long. Every substream stands between the
#: first two; the last says which Excel computed the workbook, and only Excel writes it.
BOF, EOF, FORMULAS, COMPUTED_BY = 0x0809, 0x000A, (0x0006, 0x0206, 0x0406), 0x01C1
#: Outcomes of a formula that say nothing: the number 0, and the empty text.
NOTHING = (bytes(8), b"\x03", b"\xff\xff")
#: Options of a formula: compute it when the file is opened, and not always (as TODAY is).
COMPUTE, COMPUTE_ONCE = 0b11, 0b10


def read(content: bytes) -> list[sheets.Sheet]:
    """The sheets of a workbook, in its order.

    Raises:
        TooLarge: it has too many cells.
        Refused: it is damaged, or has a password.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            ragged_rows=True,
            logfile=io.StringIO(),
            on_demand=True,  # else it lets go of the bytes, which tell what formulas are
        )
        tabs = book.sheets()
        unsolved = _unsolved(book)
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
    return [_sheet(book, *one, styles) for one in zip(tabs, unsolved, strict=True)]


def _unsolved(book: xlrd.Book) -> list[pl.DataFrame]:
    """By sheet the places (row, column) of formulas of which no outcome was computed.

    Programs that write a formula without computing it write 0 or an empty text where its outcome
    belongs. That is none where the formula says so, and where no formula of the whole workbook has
    another and no Excel computed it.
    """
    if book.mem is None:  # so old that it has no sheets but one, and is nowhere written any more
        return [PLACES.to_frame() for _ in range(book.nsheets)]
    tabs = [list(_formulas(book.mem, start)) for start in book._sh_abs_posn]
    is_computed = any(kind == COMPUTED_BY for kind, _ in _records(book.mem, book.base)) or any(
        not says_nothing for tab in tabs for *_, says_nothing in tab
    )
    return [
        pl.DataFrame(
            [
                (row, column)
                for row, column, options, says_nothing in tab
                if says_nothing and (not is_computed or options & COMPUTE == COMPUTE_ONCE)
            ],
            schema=PLACES,
            orient="row",
        )
        for tab in tabs
    ]


def _formulas(stream: bytes, start: int) -> Iterator[tuple[int, int, int, bool]]:
    """Row, column and options of each formula of a sheet, and whether its outcome says nothing."""
    zero, empty, no_number = NOTHING
    for kind, place in _records(stream, start):
        if kind in FORMULAS:
            row, column, outcome, options = struct.unpack_from("<HH2x8sH", stream, place)
            is_empty = outcome[6:] == no_number and outcome[:1] == empty
            yield row, column, options, outcome == zero or is_empty


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int]]:
    """What each record of a substream is, and where its content begins; those of charts in it too.

    Raises:
        struct.error: it breaks off.
    """
    depth = 0
    while True:
        kind, length = struct.unpack_from("<HH", stream, place)
        depth += (kind == BOF) - (kind == EOF)
        if kind == EOF and depth <= 0:
            return
        yield kind, place + 4
        place += 4 + length


def _codes(book: xlrd.Book) -> dict[int, str]:
    return {number: one.format_str for number, one in book.format_map.items()}


def _sheet(
    book: xlrd.Book,
    sheet: xlrd.sheet.Sheet,
    unsolved: pl.DataFrame,
    styles: list[number_formats.Shown],
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
            kind=pl.when(pl.struct("row", "column").is_in(unsolved.to_struct().implode()))
            .then(pl.lit("unsolved"))
            .otherwise(pl.col("type").replace_strict(KINDS, return_dtype=pl.String)),
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
