"""What the reader of a format gives: a frame of delivered columns, with the line of every record.

Here belongs: what a cell is, what a reader promises, and the names of columns. Not here: reading
(`readers.py` and the module of each format), what a value means (`values.py`).

A cell is text, a number or a truth value. CSV knows text only; the other formats say which it
is, and a number must not be read by the rules of text (the number 1.234 is never 1234). So the
text of column `x` stands in column `x`, its numbers (written with a point) in `number_of(x)` and
its truth values in `boolean_of(x)`; of these at most one is filled per record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from dronten_pipeline.core.limits import Limits
from dronten_pipeline.ingest import cleaning, header
from dronten_pipeline.ingest.dialect import Format, Refused
from dronten_pipeline.ingest.understood import Understood

LINE = "_line"
DEFAULT = Limits()

#: Beyond this a double does not tell whole numbers apart.
MOST_EXACT = 2**53
ROUNDED = (
    "is een getal van meer dan 15 cijfers dat onderweg is afgerond; lever het als tekst of als "
    "geheel getal"
)

REJECTS = pl.Schema({LINE: pl.Int64, "column_name": pl.String, "reason": pl.String})


@dataclass(frozen=True)
class Delivered:
    """What stands in a file.

    frame: the wanted columns as described above, and `_line` (Int64, ascending).
    rejects: records that could not be read (`_line`, `column_name`, `reason`).
    unread: what can be read of them, as `frame`, where their columns are known; None for nothing.
    headers: names of all delivered columns in their order, as `header.canonical` gives them.
    rows: number of records in the file, by a count of its own.
    cleaned: what was put right, by kind.
    understood: how the file was taken.
    """

    format: Format
    encoding: str | None
    separator: str | None
    frame: pl.DataFrame
    rejects: pl.DataFrame
    headers: tuple[str, ...]
    rows: int
    notes: tuple[str, ...] = field(default=())
    blank_lines: int = 0
    cleaned: cleaning.Counts = field(default_factory=dict)
    understood: Understood = field(default_factory=Understood)
    unread: pl.DataFrame | None = None

    @property
    def all_notes(self) -> tuple[str, ...]:
        return (*self.notes, *blank_notes(self.blank_lines))


def blank_notes(lines: int) -> list[str]:
    if not lines:
        return []
    return ["1 lege regel overgeslagen." if lines == 1 else f"{lines} lege regels overgeslagen."]


def number_of(column: str) -> str:
    return f"{column}\x1fnumber"


def boolean_of(column: str) -> str:
    return f"{column}\x1fboolean"


def rounded(number: pl.Expr, most_exact: int = MOST_EXACT) -> pl.Expr:
    """Whether a number came as a double that has fewer digits than it: another one may be meant."""
    beyond = number.cast(pl.Float64, strict=False).abs() > most_exact
    return number.str.contains("[.eE]") & beyond


def headers_of(names: list[str], wanted: Collection[str]) -> tuple[str, ...]:
    """Names as the contract writes them; columns without a name keep their place.

    Raises:
        Refused: two columns have the same name; only names of the contract are repeated.
    """
    headers, _ = header.canonical(names, wanted)
    doubled = {name for name, count in Counter(headers).items() if name and count > 1}
    if doubled:
        known = sorted(doubled & set(wanted))
        others = len(doubled) - len(known)
        said = [*known, *([f"{others} andere {'naam' if others == 1 else 'namen'}"] * bool(others))]
        raise Refused(
            f"De kop noemt {', '.join(said)} meer dan eens, zodat niet vaststaat welke kolom "
            "bedoeld is. Geef elke kolom een eigen naam en lever het bestand opnieuw."
        )
    return headers


def check_total(delivered: Delivered) -> None:
    """Raises:
    Refused: records were lost on the way.
    """
    if delivered.frame.height + delivered.rejects.height != delivered.rows:
        raise Refused(
            f"Het controletotaal klopt niet: het bestand heeft {delivered.rows} records, gelezen "
            f"zijn er {delivered.frame.height} en afgekeurd {delivered.rejects.height}. Lever "
            "het bestand opnieuw, bij voorkeur als XLSX of Parquet."
        )
