"""Rows below a header that are no records: the header once more, totals and subtotals.

Here belongs: knowing them by what they say. Not here: leaving them out, which every reader does for
its own format, with a count (`KINDS`).
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from dronten_pipeline.ingest import cleaning, header
from dronten_pipeline.ingest.header import Wanted

REPEATED, TOTAL = "repeated_header", "total"

cleaning.KINDS[REPEATED] = cleaning.Kind(
    "keer stond de kop er opnieuw; die rij telt niet mee", "factuur_id;afdeling;bedrag_eur"
)
cleaning.KINDS[TOTAL] = cleaning.Kind(
    "keer was een rij een totaal of subtotaal; die telt niet mee", "Totaal;;1.212,50"
)

#: What a row of a total says of itself: in front, as reports do, or behind, as Excel does.
_TOTAL = (
    r"(?i)^[\s*=]*(?:(?:sub|eind|deel|groeps)[\s-]?totaal|totaal|totalen|som|(?:sub|grand[\s-])?total)"
    r"(?:$|[\s:.=])|[\s:](?:sub|eind)?totaal\s*:?\s*$|\s(?:grand\s)?total\s*:?\s*$"
)
#: Within a number of a record, where no other word stands: `Z-TOTAAL`, `2026_totaal`.
_TOTAL_IN_NUMBER = r"(?i)(?:^|[^a-z])(?:sub|eind|deel)?tota?al(?:$|[^a-z])"
_NUMBER = r"^[-+\d.,\s€%()]+$"


def kinds(
    frame: pl.DataFrame,
    wanted: Collection[str],
    said: pl.Series | None = None,
    of: int | None = None,
) -> pl.Series:
    """Why each row is no record: `REPEATED`, `TOTAL`, or null for a record.

    A row of a total says so, and lacks a value that every record has, or holds nothing but numbers
    behind it, or says so where the number of a record stands (`Z-TOTAAL`, where most numbers are
    none such): the record of a team that is called "Totaal" stays.

    Args:
        frame: the text of the delivered columns of the contract, under their names; other columns
            are not looked at. Numbers may stand in it as text too.
        said: the first text of each row in whatever column, where the reader knows it.
        of: how many rows the file has, where the frame holds only some.
    """
    wanted = Wanted.of(wanted)
    names = [name for name in frame.columns if name in wanted]
    if not names or not frame.height:
        return pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    trimmed = pl.col(names).str.strip_chars()
    filled = frame.select(pl.when(trimmed != "").then(trimmed))
    required = [name for name in names if name in wanted.required] or names
    lacks = pl.any_horizontal(pl.col(required).is_null())
    says = pl.any_horizontal(_says(name) for name in names)
    texts = pl.sum_horizontal(~pl.col(name).str.contains(_NUMBER) for name in names)
    lacks |= _says(pl.coalesce(names)) & (texts == 1)
    for name in required:
        if name.endswith(("_id", "_nr")):
            in_number = _says(name, _TOTAL_IN_NUMBER)
            # A system may number so; a total is one of few.
            in_number &= 2 * in_number.sum() <= (frame.height if of is None else of)
            says |= in_number
            lacks |= in_number | _says(name)
    if said is not None:
        filled = filled.with_columns(said.alias("\x1fsaid"))
        says |= _says("\x1fsaid")
    repeats = pl.lit(True)
    for name in names:
        plain = pl.col(name).str.to_lowercase().str.replace_all(r"[\s_\-\"']+", "")
        repeats &= pl.col(name).is_not_null() & (plain == header.spelling(name))
    return filled.select(
        pl.when(repeats).then(pl.lit(REPEATED)).when(lacks & says).then(pl.lit(TOTAL)).alias("kind")
    ).to_series()


def _says(cell: str | pl.Expr, what: str = _TOTAL) -> pl.Expr:
    text = pl.col(cell) if isinstance(cell, str) else cell
    return text.str.contains(what).fill_null(False)
