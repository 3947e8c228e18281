"""A workbook of Excel read into records.

Here belongs: which sheet is read and what its cells say. Not here: how large its sheets are
(`sheets.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import polars as pl

from dronten_pipeline.ingest import sheets
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.records import (
    LINE,
    REJECTS,
    Delivered,
    boolean_of,
    headers_of,
    number_of,
)
from dronten_pipeline.limits import Limits

if TYPE_CHECKING:
    import fastexcel


def read(content: bytes, wanted: Collection[str], limits: Limits) -> Delivered:
    import fastexcel

    content, cropped = sheets.bounded(content, limits)
    try:
        book = fastexcel.read_excel(content)
        names = book.sheet_names
        texts, errors, name = _first_sheet_with_header(book, names, wanted)
    except fastexcel.FastExcelError as error:
        raise Refused(
            "Dit Excel-bestand is beschadigd en niet te lezen. Open het in Excel, sla het "
            "opnieuw op als .xlsx en lever het opnieuw."
        ) from error
    empty = pl.all_horizontal(pl.all().fill_null("").str.strip_chars() == "")
    filled = texts.with_row_index("row").filter(~texts.select(empty).to_series())
    header = int(filled["row"][0])
    fields = [value or "" for value in texts.row(header)]
    while fields and not fields[-1].strip():
        fields.pop()
    limits.check_columns(len(fields))
    headers = headers_of(fields, wanted)
    keep = {index: header for index, header in enumerate(headers) if header in wanted}

    # Without wanted columns nothing of this is used, but then the message is about those.
    columns_kept = [texts.columns[index] for index in keep] or None
    native = book.load_sheet(
        name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=columns_kept
    ).to_polars()
    rows = filled.filter(pl.col("row") > header)["row"]
    bad = [(row, column) for row, column in errors if column in keep and row > header]
    broken = pl.Series([row for row, _ in bad], dtype=pl.UInt32).unique().sort()
    columns: list[pl.Series] = []
    for place, (index, column) in enumerate(keep.items()):
        text = texts.to_series(index)
        # Only numbers and truth values can be read as a truth value; text and dates cannot.
        plain = native.to_series(place).is_not_null()
        truth = plain & text.is_in(["true", "false"])
        columns += [
            text.set(plain, None).alias(column),
            text.set(~(plain & ~truth), None).alias(number_of(column)),
            (text.set(~truth, None) == "true").alias(boolean_of(column)),
        ]
    # A row that only holds an error is still a row that was delivered.
    taken = pl.concat([rows, broken]).unique().sort()
    good = taken.filter(~taken.is_in(broken.implode()))
    frame = pl.DataFrame(columns)[good] if columns else pl.DataFrame({LINE: good})
    first_error = dict(reversed(bad))
    rejects = pl.DataFrame(
        [
            (row + 1, keep[first_error[row]], "De cel bevat een fout van Excel (zoals #N/B).")
            for row in broken.to_list()
        ],
        schema=REJECTS,
        orient="row",
    )
    which = f"Gelezen is werkblad {names.index(name) + 1} van {len(names)}."
    notes = [*cropped, *([which] if len(names) > 1 else [])]
    return Delivered(
        format="xlsx",
        encoding=None,
        separator=None,
        frame=frame.with_columns(good.cast(pl.Int64).alias(LINE) + 1),
        rejects=rejects,
        headers=headers,
        rows=taken.len(),
        notes=tuple(notes),
    )


def _first_sheet_with_header(
    book: fastexcel.ExcelReader, names: list[str], wanted: Collection[str]
) -> tuple[pl.DataFrame, list[tuple[int, int]], str]:
    """The first sheet whose first filled row names a wanted column, else the first filled one.

    Returns its cells as text, the places (row, column, from 0) of cells with an error of
    Excel, and its name.
    """
    fallback = None
    for name in names:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        texts = sheet.to_polars()
        filled = texts.filter(~pl.all_horizontal(pl.all().is_null())) if texts.width else texts
        if not filled.height:
            continue
        _, errors = sheet.to_arrow_with_errors()
        places = [error.offset_position for error in errors.errors] if errors else []
        found = texts, places, name
        if any((value or "").strip().lower() in wanted for value in filled.row(0)):
            return found
        fallback = fallback or found
    if fallback is None:
        raise Refused("Dit Excel-bestand heeft geen gevulde werkbladen.")
    return fallback
