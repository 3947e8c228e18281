"""From delivered cells to typed values, in all ways of writing that municipal systems have.

Here belongs: what a value means by its column, and why it cannot be read. Not here: the ways of
writing themselves (`spelling.py`, `amounts.py`, `moments.py`), records (`records.py`), what may be
stored of a value (`privacy.py`). Expressions over whole columns, no loop over rows.

A value that can be read in one way is read in that way. One that can be read in two (1.234) is
decided by the `decimal_mark` of its column in the contract, else by the unambiguous values of
that column in the same file where those agree, else its row is rejected.

Most values are written plainly. They are read at once; only the records with a value that is not
go the long way.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from dronten_pipeline.contracts.sources import Column, ColumnType, Table
from dronten_pipeline.core import distinct
from dronten_pipeline.ingest import (
    amounts,
    cleaning,
    date_order,
    loss,
    moments,
    spelling,
    uniform_moments,
)
from dronten_pipeline.ingest.dtypes import DTYPES
from dronten_pipeline.ingest.records import LINE, REJECTS, boolean_of, number_of

TRUE = ("ja", "j", "true", "t", "1", "1.0", "waar", "yes", "y")
FALSE = ("nee", "n", "false", "f", "0", "0.0", "onwaar", "no")
#: How Access writes true, in a column that has no 1.
MINUS_ONE = "-1"

#: Number of a record while some are read apart: a line may hold more than one.
ROW = "\x1frow"

#: Decimal marks in words.
WORDS = {",": "komma", ".": "punt"}

PLAIN_INTEGER = r"^-?\d{1,18}$"

#: A value that cannot be read may be anything, also what belongs in another column: in a reason
#: only signs and figures are repeated, no personal data, no day that may be a day of birth and
#: nothing with as many figures as a number of a person, in whatever groups.
QUOTABLE = r"^[-+0-9.,:/ €%]{1,20}$"
A_DAY = r"^ *(?:\d{1,2}[-/. ]+\d{1,2}[-/. ]+\d{2,4}|\d{4}[-/. ]+\d{1,2}[-/. ]+\d{1,2})"
A_LATE_DAY = (
    r"^ *(?:\d{1,2}[-/. ]\d{1,2}[-/. ](?:20[1-9]\d|2[1-9]\d\d|[3-9]\d{3})"
    r"|(?:20[1-9]\d|2[1-9]\d\d|[3-9]\d{3})[-/. ]\d{1,2}[-/. ]\d{1,2})"
    r"(?: +\d{1,2}:\d{2}(?::\d{2})?)? *$"
)
LONG_NUMBER = 8

#: What systems write where they have no date: the first day that they know, or day 0 of Excel.
NO_DATE = (
    dt.date(1, 1, 1),
    dt.date(1753, 1, 1),
    dt.date(1899, 12, 30),
    dt.date(1899, 12, 31),
    dt.date(1900, 1, 1),
)
#: What systems write where something does not end: the usual ones, and the largest of SQL Server's
#: smalldatetime and of Parquet's INT96.
NO_END = (
    dt.date(9999, 12, 31),
    dt.date(2099, 12, 31),
    dt.date(2079, 6, 6),
    dt.date(2262, 4, 11),
)
#: From here on a date may be one of `NO_END`, and by its time zone lie a day after the last.
FIRST_NO_END = dt.date(2079, 6, 5)


@dataclass(frozen=True)
class Horizon:
    """On which as-of dates a reading of dates holds: what lies too far ahead of one day
    does not of a later one.

    from_day: the first as-of date on which every accepted date is accepted.
    until: the first on which a date that was rejected for lying too far ahead is accepted too.
    """

    from_day: dt.date | None = None
    until: dt.date | None = None

    def holds_on(self, as_of: dt.date) -> bool:
        """Whether reading the same file for that day gives the same."""
        return (self.from_day is None or self.from_day <= as_of) and (
            self.until is None or self.until > as_of
        )

    def joined(self, other: Horizon) -> Horizon:
        starts = [day for day in (self.from_day, other.from_day) if day]
        ends = [day for day in (self.until, other.until) if day]
        return Horizon(max(starts, default=None), min(ends, default=None))


@dataclass(frozen=True)
class Typed:
    """Records of one file with typed values.

    frame: accepted records; the columns of the contract in its order (lower-cased, typed; text
        for what is private) and `_line`.
    rejects: rejected records: `_line`, `column_name` (the first that fails), `reason`.
    notes: what decided the readings, in Dutch.
    horizon: on which as-of dates this is what stands in the file.
    cleaned: what was put right, by kind.
    ways: how dates and amounts are written, in Dutch words, by column.
    rejected: the rejected records, what could be read of them typed as in `frame`, what could not
        as text in `loss.raw` columns.
    """

    frame: pl.DataFrame
    rejects: pl.DataFrame
    notes: tuple[str, ...]
    horizon: Horizon = Horizon()
    cleaned: cleaning.Counts = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)
    rejected: pl.DataFrame | None = None


class Seen:
    """What the values of a file show as a whole, gathered over its pieces.

    amounts: per column how many amounts can be read with a comma only, a point only, with both.
    shapes: per column the ways in which dates are written.
    """

    def __init__(self) -> None:
        self.amounts: dict[str, tuple[int, int, int]] = {}
        self.shapes: dict[str, set[str]] = {}

    def look_at(self, delivered: pl.DataFrame, table: Table) -> None:
        """Counts the amounts of one piece, which decide how those of all pieces are read."""
        readings = [
            reading
            for reading in _readings(delivered, table)
            if reading.is_amount and reading.has_text
        ]
        frame, _ = _read_plainly(delivered, readings, _look(delivered, readings))
        about = _about(frame, readings)
        self.count(about)
        if odd := [reading for reading in readings if about[reading.is_odd]]:
            self.count(_amounts_of(_odd(frame, odd), odd))

    def count(self, found: dict[str, int]) -> None:
        """Adds numbers of amounts, by the names that `_Reading.marks` gives them."""
        for place, many in found.items():
            name, _, mark = place.partition("\x1f")
            if mark in MARKS:
                counts = list(self.amounts.get(name, (0, 0, 0)))
                counts[MARKS.index(mark)] += many or 0
                self.amounts[name] = counts[0], counts[1], counts[2]

    def notes(self, table: Table) -> Iterator[str]:
        """What decided the readings, in the order of the columns."""
        for column in table.columns:
            yield from _decimal_mark(column, self)[1]
            if shapes := self._shapes(column.name.lower()):
                yield f"{column.name.lower()}: {shapes}."

    def ways(self, table: Table) -> dict[str, str]:
        """How dates and amounts are written, in Dutch words, by column; of an amount only where
        a value showed it."""
        found: dict[str, str] = {}
        for column in table.columns:
            name = column.name.lower()
            mark, _ = _decimal_mark(column, self)
            if mark is not None and any(self.amounts.get(name, ())):
                found[name] = f"decimaalteken {WORDS[mark]}"
            if shapes := self._shapes(name):
                found[name] = shapes
        return found

    def _shapes(self, name: str) -> str:
        found = self.shapes.get(name, ())
        shapes = [shape for shape, _ in moments.DATE_SHAPES if shape in found]
        return f"datums als {' en '.join(shapes)}" if shapes else ""


def type_records(
    delivered: pl.DataFrame, table: Table, as_of: dt.date | None = None, seen: Seen | None = None
) -> Typed:
    """Types the delivered columns of `records.Delivered.frame` by the contract of `table`.

    Columns that were not delivered become null; that required ones were delivered must be
    checked before. `as_of` is the as-of date; without one no date lies too far ahead.
    `seen` is given when this is a piece of a file: it has looked at the amounts of all pieces, and
    the notes are its.

    Raises:
        Refused: the days of a column were written in another order than they are read.
    """
    readings = _readings(delivered, table)
    look = _look(delivered, readings)
    frame, cleaned = _read_plainly(delivered, readings, look)
    about = _about(frame, readings)
    is_whole = seen is None
    seen = seen or Seen()
    if is_whole:
        seen.count(about)
    for reading in readings:
        seen.shapes.setdefault(reading.name, set()).update(look.shapes.get(reading.name, ()))
    counts: list[cleaning.Counts] = [cleaned, _counted(about)]
    if odd := [reading for reading in readings if about.get(reading.is_odd)]:
        frame, found = _read_at_length(frame, odd, seen, is_whole)
        counts.append(found)
        about = _about(frame, readings)
    frame, horizon, found = _within_bounds(frame, readings, about, as_of)
    counts.append(found)
    fails = pl.any_horizontal(reading.fails() for reading in readings)
    failing = frame.select(fails.fill_null(False)).to_series()
    # In one part each: of parts that a filter emptied, polars makes a panic further on.
    rejected = frame.filter(failing).rechunk() if failing.any() else frame.clear()
    accepted = frame.filter(~failing).rechunk() if rejected.height else frame
    _check_order(frame, rejected, readings, seen, as_of)
    marks = {reading.name: _decimal_mark(reading.column, seen)[0] for reading in readings}
    return Typed(
        frame=accepted.select(
            *[pl.col(reading.typed).alias(reading.name) for reading in readings], LINE
        ),
        rejects=_rejects(rejected, readings, marks),
        notes=tuple(seen.notes(table)) if is_whole else (),
        horizon=horizon,
        cleaned=cleaning.together(*counts),
        ways=seen.ways(table) if is_whole else {},
        rejected=_of_rejected(rejected, readings),
    )


@dataclass(frozen=True)
class TypedTogether:
    """Records of many files with typed values, and what `Typed` says of each file, in order."""

    frame: pl.DataFrame
    notes: tuple[tuple[str, ...], ...]
    horizons: tuple[Horizon, ...]


def type_together(
    delivered: pl.DataFrame, table: Table, as_of: dt.date | None, file: str
) -> TypedTogether | set[int]:
    """As `type_records` of each file, where that can be told of all together: every value is
    written plainly and can be true. Else the numbers of files in which one is not, where that can
    be told; none where it cannot.

    Args:
        delivered: the records of every file, one below the other, with its number from 0 in `file`.
    """
    readings = _readings(delivered, table)
    look = _look(delivered, readings)
    if spelling.may_be_dates_in_keys(look.special):
        return set()
    frame, cleaned = _read_plainly(delivered, readings, look)
    days = [reading for reading in readings if reading.is_day and reading.has_text]
    each = _each(
        frame,
        file,
        *(aggregate for reading in readings for aggregate in reading.about()),
        pl.any_horizontal(reading.fails() for reading in readings).any().alias(FAILS),
    )
    odd = {
        number
        for number, one in enumerate(each)
        if one[FAILS] or _counted(one) or any(one.get(reading.is_odd) for reading in readings)
    }
    if cleaned:
        odd |= _put_right(delivered, frame, readings, file)
    if cleaned or odd:
        return odd
    forms = _each(delivered, file, *(_forms(reading) for reading in days))
    written = {
        reading.name: [tuple(moments.layouts_of(one[f"{reading.name}\x1fforms"])) for one in forms]
        for reading in days
    }
    for layouts in written.values():
        # In the layout of another file a value may be a day that alone it is not.
        usual = Counter(filter(None, layouts)).most_common(1)
        odd |= {number for number, own in enumerate(layouts) if own and own != usual[0][0]}
    if odd:
        return odd
    notes, horizons = [], []
    for number, one in enumerate(each):
        seen = Seen()
        seen.count(one)
        for name, layouts in written.items():
            seen.shapes[name] = {layout.shape for layout in layouts[number]}
        suspect, horizon = _suspect(readings, one, as_of)
        if suspect:
            odd.add(number)
        notes.append(tuple(seen.notes(table)))
        horizons.append(horizon)
    if odd:
        return odd
    return TypedTogether(
        frame=frame.select(
            *[pl.col(reading.typed).alias(reading.name) for reading in readings], LINE
        ),
        notes=tuple(notes),
        horizons=tuple(horizons),
    )


FAILS = "\x1ffails"


def _each(frame: pl.DataFrame, file: str, *wanted: pl.Expr) -> list[dict[str, Any]]:
    """Aggregates of every file, in the order of their numbers."""
    return frame.lazy().group_by(file).agg(*wanted).sort(file).collect().to_dicts()


def _put_right(
    delivered: pl.DataFrame, frame: pl.DataFrame, readings: Collection[_Reading], file: str
) -> set[int]:
    """The files in which a text was changed, other than an empty one."""
    changed = [
        delivered.get_column(reading.name).ne_missing(frame.get_column(reading.name))
        & (delivered.get_column(reading.name) != "")
        for reading in readings
        if reading.has_text
    ]
    return set(delivered.filter(pl.any_horizontal(changed)).get_column(file))


def _forms(reading: _Reading) -> pl.Expr:
    forms = moments.forms(pl.col(reading.name)).drop_nulls().unique()
    return forms.alias(f"{reading.name}\x1fforms")


#: How an amount can be read: with a comma only, a point only, with both.
MARKS = ("comma", "point", "both")


@dataclass(frozen=True)
class _Reading:
    """How one column of the contract is read, and the names of what is known of it on the way.

    cells: which of its three cells (text, number, truth value) were delivered.
    """

    column: Column
    cell: spelling.Cell
    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.cell.name

    @property
    def kind(self) -> ColumnType:
        return self.cell.kind

    @property
    def has_text(self) -> bool:
        return self.name in self.cells

    @property
    def is_amount(self) -> bool:
        return self.kind in ("integer", "decimal")

    @property
    def is_day(self) -> bool:
        return self.kind in ("date", "timestamp")

    @property
    def typed(self) -> str:
        return f"{self.name}\x1ftyped"

    @property
    def problem(self) -> str:
        """Column with what is wrong with a value, as the end of a sentence."""
        return f"{self.name}\x1fproblem"

    @property
    def parts(self) -> str:
        """Column with what a value that is not plain is made of."""
        return f"{self.name}\x1fparts"

    @property
    def is_odd(self) -> str:
        """Whether some text of the column was not read at once."""
        return f"{self.name}\x1fodd"

    def given(self) -> pl.Expr:
        if not self.cells:
            return pl.lit(False)
        return pl.any_horizontal(pl.col(cell).is_not_null() for cell in self.cells)

    def fails(self) -> pl.Expr:
        if self.column.required:
            return pl.col(self.typed).is_null()
        return self.given() & pl.col(self.typed).is_null()

    def unread(self) -> pl.Expr:
        """The text that was not read at once."""
        return pl.when(pl.col(self.typed).is_null()).then(pl.col(self.name))

    def plainly(self, look: _Look) -> pl.Expr:
        """The typed values that can be read at once."""
        if not self.cells:
            return pl.lit(None, dtype=DTYPES[self.kind])
        text, number, truth = (
            pl.col(cell) if cell in self.cells else pl.lit(None, dtype=dtype)
            for cell, dtype in (
                (self.name, pl.String),
                (number_of(self.name), pl.String),
                (boolean_of(self.name), pl.Boolean),
            )
        )
        if self.kind == "text":
            if self.cells == (self.name,):
                return text
            whole = number.str.replace(r"^(-?\d+)\.0+$", "$1")
            return pl.coalesce(text, whole, truth.cast(pl.String))
        if self.kind == "boolean":
            minus = self.name in look.minus_one
            return pl.coalesce(_truth(text, minus), _truth(number, minus), truth)
        if (naive := look.read.get(self.name)) is not None:
            wall = pl.lit(naive)
            return wall.dt.date() if self.kind == "date" else moments.localised(wall)
        if self.kind == "date":
            return moments.days(text, look.layouts.get(self.name, ()))
        if self.kind == "timestamp":
            return moments.instants(text, look.layouts.get(self.name, ()))
        native = number.cast(DTYPES["decimal"], strict=False)
        if self.kind == "integer":
            digits = pl.when(text.str.contains(PLAIN_INTEGER)).then(text)
            plain = digits.cast(pl.Int64, strict=False)
            return plain if self.cells == (self.name,) else pl.coalesce(plain, _whole(native))
        plain = amounts.plain(text)
        return plain if self.cells == (self.name,) else pl.coalesce(plain, native)

    def at_length(self, mark: str | None) -> pl.Expr:
        """The typed values, of `parts` where they could not be read at once."""
        found = pl.col(self.parts)
        if self.kind == "date":
            slow = moments.days_of(found)
        elif self.kind == "timestamp":
            slow = moments.instants_of(found)
        else:
            slow = amounts.amount(found, mark)
            slow = _whole(slow) if self.kind == "integer" else slow
        return pl.coalesce(self.typed, slow)

    def about(self) -> Iterator[pl.Expr]:
        """What must be known of the column as a whole, as aggregates."""
        typed = pl.col(self.typed)
        if self.has_text and (self.is_day or self.is_amount):
            is_odd = pl.col(self.name).is_not_null() & typed.is_null()
            yield is_odd.any().alias(self.is_odd)
        if self.has_text and self.kind == "decimal":
            text = pl.col(self.name).filter(typed.is_not_null())
            for mark, sign in zip(MARKS, ",.", strict=False):
                yield text.str.contains(sign, literal=True).sum().alias(f"{self.name}\x1f{mark}")
        if self.is_day:
            day = typed.dt.date().cast(pl.Int32)
            yield day.min().alias(f"{self.name}\x1ffirst")
            yield day.max().alias(f"{self.name}\x1flast")
        if self.has_text and self.kind == "boolean":
            text = pl.col(self.name).filter(typed.is_not_null())
            yield (text == MINUS_ONE).sum().alias(f"{self.name}\x1fcleaned\x1fminus_one_true")

    def counted_at_length(self) -> Iterator[pl.Expr]:
        """What was put right in values that were not plain, and in which shapes days came."""
        text = pl.col(self.name).filter(pl.col(self.typed).is_not_null())
        kinds = {"half_days": moments.HALF_DAYS} if self.is_day else AMOUNT_KINDS
        for kind, pattern in kinds.items():
            yield text.str.contains(pattern).sum().alias(f"{self.name}\x1fcleaned\x1f{kind}")
        for shape, pattern in moments.DATE_SHAPES if self.is_day else ():
            has = pl.col(self.name).str.contains(pattern).any()
            yield has.alias(f"{self.name}\x1fshape\x1f{shape}")


AMOUNT_KINDS = {
    "negative_in_brackets": amounts.BRACKETS,
    "trailing_minus": amounts.TRAILING_MINUS,
    "thousands_mark": amounts.THOUSANDS_MARK,
}


def _readings(delivered: pl.DataFrame, table: Table) -> list[_Reading]:
    """Private columns are text until they are replaced."""
    present = set(delivered.columns)
    readings = []
    for column in table.columns:
        name = column.name.lower()
        kind = column.type if column.personal_data == "none" else "text"
        cells = tuple(cell for cell in (name, number_of(name), boolean_of(name)) if cell in present)
        readings.append(_Reading(column, spelling.cell_of(column, table, kind), cells))
    return readings


def _whole(number: pl.Expr) -> pl.Expr:
    whole = number.cast(pl.Int64, strict=False)
    return pl.when(whole.cast(DTYPES["decimal"], strict=False) == number).then(whole)


def _truth(text: pl.Expr, minus_one: bool) -> pl.Expr:
    lowered = text.str.to_lowercase()
    true = (*TRUE, MINUS_ONE, "-1.0") if minus_one else TRUE
    return pl.when(lowered.is_in(true)).then(True).when(lowered.is_in(FALSE)).then(False)


# --- what is read at once


@dataclass(frozen=True)
class _Look:
    """What a first look at the delivered columns shows.

    special: texts that need a rule of `spelling.py`, per column.
    read: wall times, of the columns in which all are written alike.
    layouts, shapes: how days and moments are written, per column.
    minus_one: columns of truth values in which -1 is true.
    """

    special: list[tuple[spelling.Cell, pl.Series]]
    read: dict[str, pl.Series]
    layouts: dict[str, list[moments.Layout]]
    shapes: dict[str, set[str]]
    minus_one: set[str]


def _look(delivered: pl.DataFrame, readings: Collection[_Reading]) -> _Look:
    if not delivered.height:
        return _Look([], {}, {}, {}, set())
    wanted: list[pl.Expr] = []
    alike = {
        reading.name: moment
        for reading in readings
        if reading.has_text and reading.is_day
        if (moment := uniform_moments.read(delivered.get_column(reading.name))) is not None
    }
    others = [reading for reading in readings if reading.name not in alike]
    texts = [reading.name for reading in others if reading.has_text]
    repeating = distinct.repeating(delivered, texts)
    for reading in others:
        name, text = reading.name, pl.col(reading.name)
        if reading.has_text:
            wanted.append(
                spelling.special(reading.cell, is_repeating=name in repeating).alias(name)
            )
        if reading.has_text and reading.is_day:
            wanted.append(moments.forms(text).unique().implode().alias(f"{name}\x1fforms"))
        if reading.cells and reading.kind == "boolean":
            ones = pl.any_horizontal(
                pl.col(cell).cast(pl.String).str.to_lowercase().is_in(TRUE).any()
                for cell in reading.cells
            )
            wanted.append(ones.alias(f"{name}\x1fones"))
    found = delivered.select(wanted)
    layouts = {name: [layout] for name, (layout, _) in alike.items()} | {
        reading.name: moments.layouts_of(
            found.get_column(f"{reading.name}\x1fforms")[0].drop_nulls().to_list()
        )
        for reading in others
        if reading.has_text and reading.is_day
    }
    return _Look(
        special=[
            (reading.cell, found.get_column(reading.name)[0])
            for reading in others
            if reading.has_text
        ],
        read={name: naive for name, (_, naive) in alike.items()},
        layouts=layouts,
        shapes={name: {layout.shape for layout in used} for name, used in layouts.items()},
        minus_one={
            reading.name
            for reading in readings
            if reading.cells
            and reading.kind == "boolean"
            and not found.get_column(f"{reading.name}\x1fones")[0]
        },
    )


def _read_plainly(
    delivered: pl.DataFrame, readings: Collection[_Reading], look: _Look
) -> tuple[pl.DataFrame, cleaning.Counts]:
    """The cells as they are meant, with the typed values that can be read at once."""
    spelled = spelling.put_right(look.special, delivered)
    cells: list[pl.Expr] = []
    for reading in readings:
        if not reading.has_text:
            continue
        cells.append(spelled.text(reading.name).alias(reading.name))
        if (problem := spelled.problem(reading.name)) is not None:
            cells.append(problem.alias(reading.problem))
    typed = [reading.plainly(look).alias(reading.typed) for reading in readings]
    frame = delivered.lazy().with_columns(cells).with_columns(typed).collect()
    wrong = [
        pl.when(pl.col(reading.problem).is_null()).then(reading.typed).alias(reading.typed)
        for reading in readings
        if reading.problem in frame.columns
    ]
    return frame.with_columns(wrong) if wrong else frame, spelled.cleaned


def _about(frame: pl.DataFrame, readings: Collection[_Reading]) -> dict[str, int]:
    wanted = [aggregate for reading in readings for aggregate in reading.about()]
    return frame.select(wanted).row(0, named=True) if wanted else {}


def _counted(about: dict[str, int]) -> cleaning.Counts:
    """What `about` counted by kinds of `cleaning.KINDS`."""
    total: Counter[str] = Counter()
    for place, many in about.items():
        _, what, kind = (*place.split("\x1f"), "", "")[:3]
        if what == "cleaned" and many:
            total[kind] += many
    return total


# --- what is read at length


def _odd(frame: pl.DataFrame, odd: Collection[_Reading]) -> pl.DataFrame:
    """The records with a value that was not read at once, and of what those values are made."""
    parts = [
        (amounts.parts if reading.is_amount else moments.parts)(reading.unread()).alias(
            reading.parts
        )
        for reading in odd
    ]
    has_odd = pl.any_horizontal(reading.unread().is_not_null() for reading in odd)
    return frame.lazy().filter(has_odd).with_columns(parts).collect()


def _amounts_of(frame: pl.DataFrame, odd: Collection[_Reading]) -> dict[str, int]:
    counts: list[pl.Expr] = []
    for reading in odd:
        if reading.is_amount:
            found = pl.col(reading.parts)
            comma, point = found.struct.field("comma"), found.struct.field("point")
            ways = (comma & ~point, point & ~comma, amounts.reads_twice(found))
            counts += [
                way.sum().alias(f"{reading.name}\x1f{mark}")
                for way, mark in zip(ways, MARKS, strict=True)
            ]
    return frame.select(counts).row(0, named=True) if counts else {}


def _read_at_length(
    frame: pl.DataFrame, odd: Collection[_Reading], seen: Seen, is_whole: bool
) -> tuple[pl.DataFrame, cleaning.Counts]:
    """`frame` with the typed values of all ways of writing, and what was put right for them."""
    frame = frame.with_row_index(ROW)
    part = _odd(frame, odd)
    if is_whole:
        seen.count(_amounts_of(part, odd))
    part = part.with_columns(
        reading.at_length(_decimal_mark(reading.column, seen)[0]).alias(reading.typed)
        for reading in odd
    ).drop(reading.parts for reading in odd)
    about = part.select(
        aggregate for reading in odd for aggregate in reading.counted_at_length()
    ).row(0, named=True)
    for place, has in about.items():
        name, what, shape = place.split("\x1f")
        if what == "shape" and has:
            seen.shapes[name].add(shape)
    if part.height < frame.height:
        rest = frame.join(part.select(ROW), on=ROW, how="anti")
        part = pl.concat([rest, part]).sort(ROW)
    return part.drop(ROW), _counted(about)


def _decimal_mark(column: Column, seen: Seen) -> tuple[str | None, list[str]]:
    """What decides an amount that can be read in two ways, and a note that says so."""
    name = column.name.lower()
    comma, point, both = seen.amounts.get(name, (0, 0, 0))
    found = {mark for mark, count in ((",", comma), (".", point)) if count}
    hint = column.decimal_mark
    agreed = found.pop() if len(found) == 1 else None
    mark = hint or agreed
    many = f"{name}: {both} {'waarde' if both == 1 else 'waarden'} zoals 1.234 "
    if not both:
        return mark, [f"{name}: decimaalteken {WORDS[agreed]}."] if agreed else []
    if mark is None:
        verbs = ("kan", "is") if both == 1 else ("kunnen", "zijn")
        return None, [f"{many}{verbs[0]} op twee manieren gelezen worden en {verbs[1]} afgekeurd."]
    decided = f"{many}gelezen met de {WORDS[mark]} als decimaalteken, volgens "
    if hint is None:
        return mark, [f"{decided}de andere waarden van de kolom."]
    if agreed not in (None, hint):
        return mark, [f"Let op: {decided}het contract; de andere waarden spreken dat tegen."]
    return mark, [f"{decided}het contract."]


# --- dates that cannot be


def _suspect(
    readings: Collection[_Reading], about: dict[str, int], as_of: dt.date | None
) -> tuple[list[_Reading], Horizon]:
    """The columns with a date that may stand for none or be impossible, and the as-of dates
    on which the dates of the others hold."""
    horizon = Horizon()
    suspect: list[_Reading] = []
    for reading in readings:
        if not reading.is_day or (last := about[f"{reading.name}\x1flast"]) is None:
            continue
        column = reading.column
        own = Horizon(from_day=_years_before(_day(last), column.years_ahead))
        is_early = about[f"{reading.name}\x1ffirst"] <= _number(column.earliest)
        if is_early or last >= _number(FIRST_NO_END) or not (as_of is None or own.holds_on(as_of)):
            suspect.append(reading)
        else:
            horizon = horizon.joined(own)
    return suspect, horizon


def _within_bounds(
    frame: pl.DataFrame,
    readings: Collection[_Reading],
    about: dict[str, int],
    as_of: dt.date | None,
) -> tuple[pl.DataFrame, Horizon, cleaning.Counts]:
    """`frame` without dates that stand for none, or that are impossible (`problem` says why)."""
    suspect, horizon = _suspect(readings, about, as_of)
    if not suspect:
        return frame, horizon, {}
    judged = (
        frame.lazy()
        .with_columns(_judged(reading, as_of) for reading in suspect)
        .with_columns(
            pl.col(_verdict(reading)).struct.field(found).alias(f"{reading.name}\x1f{found}")
            for reading in suspect
            for found in ("no_date", "open_end", "impossible", "good", "needed", "late")
        )
        .collect()
    )
    found = judged.select(
        aggregate
        for reading in suspect
        for aggregate in (
            _sum(reading, "no_date"),
            _sum(reading, "open_end"),
            _needed(reading, "good").max().alias(f"{reading.name}\x1fstart"),
            _needed(reading, "late").min().alias(f"{reading.name}\x1funtil"),
        )
    ).row(0, named=True)
    for reading in suspect:
        start, until = (found[f"{reading.name}\x1f{end}"] for end in ("start", "until"))
        horizon = horizon.joined(
            Horizon(None if start is None else _day(start), None if until is None else _day(until))
        )
    kept: list[pl.Expr] = []
    for reading in suspect:
        good = pl.col(f"{reading.name}\x1fgood")
        nothing = pl.col(f"{reading.name}\x1fno_date") | pl.col(f"{reading.name}\x1fopen_end")
        known = pl.col(reading.problem) if reading.problem in frame.columns else pl.lit(None)
        kept += [
            pl.when(good).then(reading.typed).alias(reading.typed),
            pl.coalesce(known, f"{reading.name}\x1fimpossible").alias(reading.problem),
            *(pl.when(~nothing).then(cell).alias(cell) for cell in reading.cells),
        ]
    return (
        judged.with_columns(kept).select(
            *frame.columns,
            *(reading.problem for reading in suspect if reading.problem not in frame.columns),
        ),
        horizon,
        _counted(found),
    )


def _verdict(reading: _Reading) -> str:
    return f"{reading.name}\x1fverdict"


def _sum(reading: _Reading, kind: str) -> pl.Expr:
    return pl.col(f"{reading.name}\x1f{kind}").sum().alias(f"{reading.name}\x1fcleaned\x1f{kind}")


def _needed(reading: _Reading, of: str) -> pl.Expr:
    """The first as-of dates on which dates are not too far ahead."""
    return pl.col(f"{reading.name}\x1fneeded").filter(pl.col(f"{reading.name}\x1f{of}"))


def _judged(reading: _Reading, as_of: dt.date | None) -> pl.Expr:
    column, typed = reading.column, pl.col(reading.typed)
    day = moments.day_of(typed) if reading.kind == "timestamp" else typed
    # As numbers: the day after the last of the calendar has none in Python.
    number = day.cast(pl.Int32)
    no_date = number.is_in([_number(one) for one in NO_DATE]).fill_null(False)
    ends = [_number(one) for one in NO_END]
    ends.append(_number(NO_END[0]) + 1)
    open_end = number.is_in(ends).fill_null(False) & pl.lit(column.is_end)
    needed = day.dt.offset_by(f"-{column.years_ahead}y").cast(pl.Int32)
    is_early = number < _number(column.earliest)
    far = pl.lit(False) if as_of is None else needed > _number(as_of)
    is_date = typed.is_not_null() & ~no_date & ~open_end
    early = f"ligt voor {column.earliest:%d-%m-%Y} en kan niet kloppen"
    late = f"ligt meer dan {column.years_ahead} jaar na de peildatum en kan niet kloppen"
    return pl.struct(
        no_date=no_date,
        open_end=open_end,
        impossible=pl.when(is_date & is_early)
        .then(pl.lit(early))
        .when(is_date & far)
        .then(pl.lit(late)),
        good=is_date & ~is_early & ~far,
        late=is_date & ~is_early & far,
        needed=needed,
    ).alias(_verdict(reading))


EPOCH = dt.date(1970, 1, 1)


def _number(day: dt.date) -> int:
    """The day as polars counts it."""
    return (day - EPOCH).days


def _day(number: int) -> dt.date:
    """The day of a number; the first or last of the calendar of Python for what lies beyond."""
    return EPOCH + dt.timedelta(min(max(number, _number(dt.date.min)), _number(dt.date.max)))


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=max(1, day.year - years))
    except ValueError:  # 29 February
        return day.replace(year=max(1, day.year - years), day=28)


def _check_order(
    frame: pl.DataFrame,
    rejected: pl.DataFrame,
    readings: Collection[_Reading],
    seen: Seen,
    as_of: dt.date | None,
) -> None:
    """Looks only where a day that cannot be, or a year of two digits, may show another order."""
    for reading in readings:
        if not (reading.is_day and reading.has_text):
            continue
        if rejected.height and rejected.select(reading.unread().is_not_null().any()).item():
            date_order.check_months(reading.name, frame.get_column(reading.name))
        if moments.SHORT_YEAR in seen.shapes[reading.name]:
            date_order.check_years(reading.name, frame.get_column(reading.name), as_of)


# --- what is rejected


def _rejects(
    rejected: pl.DataFrame, readings: list[_Reading], marks: dict[str, str | None]
) -> pl.DataFrame:
    if not rejected.height:
        return REJECTS.to_frame()
    failing = rejected.select(reading.fails().any().alias(reading.name) for reading in readings)
    failed = [reading for reading in readings if failing.get_column(reading.name)[0]]
    rejected = rejected.with_columns(
        pl.lit(None, dtype=pl.String).alias(reading.problem)
        for reading in failed
        if reading.problem not in rejected.columns
    )
    first = pl.coalesce(pl.when(reading.fails()).then(pl.lit(reading.name)) for reading in failed)
    reasons = pl.concat_str(
        [
            pl.when(reading.fails()).then(_reason(reading, marks[reading.name]))
            for reading in failed
        ],
        separator="; ",
        ignore_nulls=True,
    )
    return rejected.select(LINE, first.alias("column_name"), (reasons + ".").alias("reason"))


def _of_rejected(rejected: pl.DataFrame, readings: list[_Reading]) -> pl.DataFrame | None:
    if not rejected.height:
        return None
    unread = [
        pl.when(pl.col(reading.typed).is_null())
        .then(pl.coalesce(pl.col(cell).cast(pl.String) for cell in reading.cells))
        .alias(loss.raw(reading.name))
        for reading in readings
        if reading.cells
    ]
    typed = [pl.col(reading.typed).alias(reading.name) for reading in readings]
    return rejected.select(*typed, *unread)


def _reason(reading: _Reading, mark: str | None) -> pl.Expr:
    """Why a value that fails does; the value itself only where it can be nothing private."""
    empty = pl.lit(f"{reading.name} is leeg, maar verplicht")
    if not reading.cells:
        return empty
    text = pl.coalesce(pl.col(cell).cast(pl.String) for cell in reading.cells)
    is_error = text.str.contains(spelling.ERROR)
    shown = (
        text.str.contains(QUOTABLE)
        & pl.when(text.str.contains(A_DAY))
        .then(text.str.contains(A_LATE_DAY))
        .otherwise(text.str.count_matches(r"\d") < LONG_NUMBER)
        & pl.lit(reading.column.personal_data == "none")
    )
    value = pl.when(shown | is_error).then(pl.format("'{}'", text)).otherwise(pl.lit("de waarde"))
    why = pl.coalesce(reading.problem, _why(reading, text, mark))
    wrong = pl.format("{}: {} {}", pl.lit(reading.name), value, why)
    return pl.when(reading.given()).then(wrong).otherwise(empty)


def _why(reading: _Reading, text: pl.Expr, mark: str | None) -> pl.Expr:
    """What is wrong with a value, as the end of a sentence."""
    native = pl.col(reading.name).is_null() if reading.has_text else pl.lit(True)
    if reading.is_day:
        return (
            pl.when(text.str.contains(moments.EPOCH))
            .then(
                pl.lit(
                    "is een aantal (milli)seconden en geen datum; laat het bronsysteem de datum "
                    "zelf schrijven, als 2026-03-02T10:00:00+01:00"
                )
            )
            .when(text.str.contains(moments.EXCEL_SERIAL))
            .then(pl.lit("is een dagnummer van Excel en geen datum; maak de kolom op als datum"))
            .when(native)
            .then(pl.lit("is een getal en geen datum; maak er een datum van"))
            .when(text.str.to_lowercase().str.contains(moments.MOMENT))
            .then(pl.lit("bestaat niet als datum of tijdstip"))
            .when(text.str.contains("/", literal=True))
            .then(pl.lit("met schuine strepen is niet eenduidig; schrijf 31-12-2025"))
            .otherwise(pl.lit("is geen datum; schrijf 31-12-2025 of 2025-12-31"))
        )
    if reading.kind == "boolean":
        return (
            pl.when(text == MINUS_ONE)
            .then(pl.lit("staat in een kolom met ook 1; schrijf ja of nee"))
            .otherwise(pl.lit("is geen ja of nee"))
        )
    if not reading.is_amount:
        return pl.lit("is niet te lezen")
    twice = amounts.reads_twice(amounts.parts(text))
    is_whole = "geen geheel getal" if reading.kind == "integer" else "geen bedrag of getal"
    return (
        pl.when(~native & twice & pl.lit(mark is None))
        .then(
            pl.lit(
                "kan op twee manieren gelezen worden (punt of komma als decimaalteken); schrijf "
                "het zonder scheidingsteken voor duizendtallen"
            )
        )
        .when(text.str.contains(amounts.DEBIT_OR_CREDIT))
        .then(pl.lit("heeft een teken voor debet of credit; schrijf een minteken of niets"))
        .when(text.str.ends_with("%"))
        .then(pl.lit("is een percentage; schrijf het getal zonder procentteken"))
        .otherwise(pl.lit(f"is {is_whole}, of te groot"))
    )
