"""A worksheet of a workbook as its filled cells, and how far its table reaches.

Here belongs: what every reader of workbooks gives, and the limits on it. Not here: reading them
(`ooxml.py`, `old_workbooks.py`,
`open_documents.py`), which sheet is read (`workbooks.py`).

Cells that hold nothing take no memory, so that a stray cell in the last row costs nothing.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field

import polars as pl

from dronten_pipeline.core.limits import Limits, TooLarge
from dronten_pipeline.ingest.dialect import Refused

#: What a cell is: `percent` a number shown as a percentage, `digits` a number shown as a text with
#: zeros in front, `long` a number of which not all digits are kept, `error` one of Excel, and
#: `unsolved` a formula without an outcome.
KIND = pl.Enum(["text", "number", "boolean", "percent", "digits", "long", "error", "unsolved"])
#: One row per filled cell; row and column from 0. Truth values are `true` and `false`.
CELLS = pl.Schema({"row": pl.UInt32(), "column": pl.UInt32(), "kind": KIND, "value": pl.String()})
NO_CELLS = CELLS.to_frame()
#: First and last row, first and last column of cells that are merged.
MERGED = pl.Schema({"top": pl.UInt32, "bottom": pl.UInt32, "left": pl.UInt32, "right": pl.UInt32})

MOST_PARTS = 10_000
#: As large as a sheet of Excel is.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
#: So many cells, filled or not, are taken as they stand without further thought.
FEW_CELLS = 2_000_000
#: Most cells that fit in the memory of the process that reads them.
MOST_CELLS = 12_000_000
#: Empty rows or columns after which what follows is no part of the table.
GAP_ROWS, GAP_COLUMNS = 1_000, 50

DAMAGED = (
    "Dit Excel-bestand is beschadigd en niet te lezen. Open het in Excel, sla het opnieuw op als "
    ".xlsx en lever het opnieuw."
)


@dataclass(frozen=True)
class Sheet:
    """cells: as `CELLS`, row by row. hidden: rows that are not shown. merged: as `MERGED`."""

    cells: pl.DataFrame
    is_visible: bool = True
    hidden: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt32))
    merged: pl.DataFrame = field(default_factory=MERGED.to_frame)


def check_parts(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Raises:
    TooLarge: it has too many parts, or unpacks to too much.
    """
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise TooLarge(
            f"Het werkboek heeft {len(parts)} onderdelen, het maximum is {MOST_PARTS}. Sla het "
            "opnieuw op, of lever het als CSV."
        )
    limits.check_unpacked(sum(part.file_size for part in parts))


def too_many(count: int) -> TooLarge:
    return TooLarge(
        f"Een werkblad heeft minstens {count} gevulde cellen, en er past {MOST_CELLS} in. Lever "
        "het in delen, of als CSV."
    )


def number(letters: str) -> int:
    """The number of a column, from 1."""
    total = 0
    for letter in letters.upper():
        total = total * 26 + ord(letter) - 64
    return total


def letters(number: int) -> str:
    """The letters of a column, by its number from 1."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def filled(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells that hold something, as `CELLS`.

    Args:
        cells: `row`, `column`, `kind`, and in `text` what is shown.

    Raises:
        Refused: a place lies outside every sheet.
    """
    if not cells["column"].is_between(0, MOST_COLUMNS - 1).all():
        raise Refused(DAMAGED)
    has_text = pl.col("text").str.strip_chars().fill_null("") != ""
    return cells.filter(has_text | pl.col("kind").is_in(["unsolved", "error"])).select(
        pl.col("row").cast(pl.UInt32),
        pl.col("column").cast(pl.UInt32),
        pl.col("kind").cast(KIND),
        value="text",
    )


def ordered(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells row by row.

    Raises:
        Refused: two cells stand in one place.
    """
    place = cells.select(pl.col("row").cast(pl.Int64) * MOST_COLUMNS + pl.col("column")).to_series()
    step = place.diff().min()
    if step is None or step > 0:  # type: ignore[operator]
        return cells
    if place.is_duplicated().any():
        raise Refused(DAMAGED)
    return cells.sort("row", "column")


def bounded(cells: pl.DataFrame) -> tuple[pl.DataFrame, str | None]:
    """The cells without stray ones far from the table, and a note where those were left out.

    Raises:
        TooLarge: what is left is still more than can be read.
    """
    if not cells.height:
        return cells, None
    rows, columns = (cells.get_column(name).value_counts(sort=False) for name in ("row", "column"))
    first_row, first_column = int(rows["row"].min()), int(columns["column"].min())  # type: ignore[arg-type]
    end_row, end_column = int(rows["row"].max()), int(columns["column"].max())  # type: ignore[arg-type]
    if (end_row - first_row + 1) * (end_column - first_column + 1) <= FEW_CELLS:
        return cells, None
    last_row = _before_gap(rows["row"], GAP_ROWS)
    last_column = _before_gap(columns["column"], GAP_COLUMNS)
    outside = max(
        int(rows.filter(pl.col("row") > last_row)["count"].sum()),
        int(columns.filter(pl.col("column") > last_column)["count"].sum()),
    )
    area = (last_row - first_row + 1) * (last_column - first_column + 1)
    extent = (end_row - first_row + 1) * (end_column - first_column + 1)
    end = f"{letters(end_column + 1)}{end_row + 1}"
    if area > MOST_CELLS or outside > max(10, (cells.height) // 100):
        raise TooLarge(
            f"Een werkblad beslaat {extent} cellen (tot en met {end}), en er past {MOST_CELLS} in. "
            "Haal weg wat ver buiten de tabel staat, lever het in delen, of als CSV."
        )
    if not outside:
        return cells, None
    return (
        cells.filter((pl.col("row") <= last_row) & (pl.col("column") <= last_column)),
        f"Losse cellen ver buiten de tabel zijn niet gelezen: minstens {outside}, tot en met "
        f"{end}; de tabel eindigt bij {letters(last_column + 1)}{last_row + 1}.",
    )


def _before_gap(places: pl.Series, gap: int) -> int:
    """The last place before the first gap."""
    ordered = places.sort()
    after = (ordered.diff() > gap).fill_null(False).arg_true()
    return int(ordered[int(after[0]) - 1] if after.len() else ordered[-1])
