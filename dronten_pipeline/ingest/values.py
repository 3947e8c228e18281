"""From delivered cells to typed values, in all ways of writing that municipal systems have.

Here belongs: what a value means, and why it cannot be read. Not here: records (`readers.py`),
what may be stored of it (`privacy.py`). Expressions over whole columns, no loop over rows.

A value that can be read in one way is read in that way. One that can be read in two (1.234) is
decided by the `decimal_mark` of its column in the contract, else by the unambiguous values of
that column in the same file where those agree, else its row is rejected.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from dronten_pipeline.contracts import Column, ColumnType, Table
from dronten_pipeline.ingest import cleaning
from dronten_pipeline.ingest.dtypes import DECIMAL
from dronten_pipeline.ingest.records import LINE, REJECTS, boolean_of, number_of

ZONE = "Europe/Amsterdam"
NAIVE = pl.Datetime("us")

#: White space and marks that exports leave around values; NUL and the byte-order mark too.
OUTER = " \t\r\n\v\f\0\u00a0\u2007\u202f\u200b\ufeff"

TRUE = ("ja", "j", "true", "1", "waar")
FALSE = ("nee", "n", "false", "0", "onwaar")

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan",
            "februari feb",
            "maart mrt maa",
            "april apr",
            "mei",
            "juni jun",
            "juli jul",
            "augustus aug",
            "september sep sept",
            "oktober okt",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}

#: Two digits of a year from here on are of the twentieth century.
CENTURY_PIVOT = 69

#: Ways of writing that are read at once, with their layout and whether they are in UTC; all
#: others go through `MOMENT`.
FAST = (
    (r"^\d{2}-\d{2}-\d{4} \d{2}:\d{2}:[0-5]\d$", "%d-%m-%Y %H:%M:%S", False),
    (r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:[0-5]\d$", "%Y-%m-%d %H:%M:%S", False),
    (r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d$", "%Y-%m-%dT%H:%M:%S", False),
    (r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d(?:\.\d{1,6})?Z$", "%Y-%m-%dT%H:%M:%S%.fZ", True),
    (r"^\d{2}-\d{2}-\d{4}$", "%d-%m-%Y", False),
    (r"^\d{4}-\d{2}-\d{2}$", "%Y-%m-%d", False),
)
MOMENT = (
    r"^(?:(?<d1>\d{1,2})-(?<m1>\d{1,2})-(?<y1>\d{4}|\d{2})"
    r"|(?<y2>\d{4})-(?<m2>\d{1,2})-(?<d2>\d{1,2})"
    r"|(?<d3>\d{1,2})[ -](?<m3>[a-z]+)\.?[ -](?<y3>\d{4}|\d{2}))"
    r"(?:(?:t| +)(?<hour>\d{1,2}):(?<minute>\d{2})"
    r"(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?"
    r" ?(?<offset>z|[+-]\d{2}(?::?\d{2})?)?)?$"
)

#: A sign before or behind, a euro sign or EUR before or behind, and `,-` for no cents.
AMOUNT = (
    r"(?i)^(?<s1>[+-])?\s*(?:€|eur)?\s*(?<s2>[+-])?\s*"
    r"(?<body>\d[\d.,\s]*?|[.,]\d+)(?<dash>[.,]-{1,2})?"
    r"\s*(?<s3>[+-])?\s*(?:€|eur)?\s*(?<s4>[+-])?$"
)
READ_WITH_COMMA = r"^(?:(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?: \d{3})+)(?:,\d*)?|,\d+)$"
READ_WITH_POINT = r"^(?:(?:\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+)(?:\.\d*)?|\.\d+)$"
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

#: Decimal marks in words.
MARKS = {",": "komma", ".": "punt"}

#: Ways of writing a date, for the notes.
DATE_SHAPES = (
    ("31-12-2025", r"^\d{1,2}-\d{1,2}-\d{4}"),
    ("31-12-25", r"^\d{1,2}-\d{1,2}-\d{2}(?:\D|$)"),
    ("2025-12-31", r"^\d{4}-"),
    ("31 dec 2025", r"^\d{1,2}[ -][A-Za-z]"),
)

#: What systems write where they have no date: the first day that they know, or day 0 of Excel.
NO_DATE = (
    dt.date(1, 1, 1),
    dt.date(1753, 1, 1),
    dt.date(1899, 12, 30),
    dt.date(1899, 12, 31),
    dt.date(1900, 1, 1),
)
#: Excel shows day 0 as a day that no calendar has.
NO_DATE_WRITTEN = r"^(?:1900-0?1-00|0?0-0?1-1900)(?:[T ].*)?$"
#: What systems write where something does not end; the last is the largest of Parquet's INT96.
NO_END = (dt.date(9999, 12, 31), dt.date(2099, 12, 31), dt.date(2262, 4, 11))


@dataclass(frozen=True)
class Horizon:
    """On which days of judgement a reading of dates holds: what lies too far ahead of one day
    does not of a later one.

    from_day: the first day of judgement on which every accepted date is accepted.
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
    horizon: on which days of judgement this is what stands in the file.
    cleaned: what was put right, by kind.
    ways: how dates and amounts are written, in Dutch words, by column.
    """

    frame: pl.DataFrame
    rejects: pl.DataFrame
    notes: tuple[str, ...]
    horizon: Horizon = Horizon()
    cleaned: cleaning.Counts = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)


class Seen:
    """What the values of a file show as a whole, gathered over its pieces.

    amounts: per column how many amounts can be read with a comma only, a point only, with both.
    shapes: per column the ways in which dates are written.
    no_dates: per column how many dates stand for no date.
    """

    def __init__(self) -> None:
        self.amounts: dict[str, tuple[int, int, int]] = {}
        self.shapes: dict[str, set[str]] = {}
        self.no_dates: Counter[str] = Counter()

    def look_at(self, delivered: pl.DataFrame, table: Table) -> None:
        """Counts the amounts of one piece, which decide how those of all pieces are read."""
        readings = [_Reading(column) for column in table.columns]
        self.look(delivered.with_columns(_cells(delivered.columns, table.columns)), readings)

    def look(self, frame: pl.DataFrame, readings: Iterable[_Reading]) -> None:
        for reading in readings:
            if reading.kind in ("integer", "decimal"):
                before = self.amounts.get(reading.name, (0, 0, 0))
                found = reading.amounts(frame)
                comma, point, both = (a + b for a, b in zip(before, found, strict=True))
                self.amounts[reading.name] = comma, point, both

    def notes(self, table: Table) -> Iterator[str]:
        """What decided the readings, in the order of the columns."""
        for reading in (_Reading(column) for column in table.columns):
            yield from reading.decimal_mark(self)[1]
            if shapes := self._shapes(reading.name):
                yield f"{reading.name}: {shapes}."
            if many := self.no_dates[reading.name]:
                yield f"{reading.name}: {many} datums die 'geen datum' betekenen, zijn leeg."

    def ways(self, table: Table) -> dict[str, str]:
        """How dates and amounts are written, in Dutch words, by column; of an amount only where
        a value showed it."""
        found: dict[str, str] = {}
        for reading in (_Reading(column) for column in table.columns):
            mark, _ = reading.decimal_mark(self)
            if mark is not None and any(self.amounts.get(reading.name, ())):
                found[reading.name] = f"decimaalteken {MARKS[mark]}"
            if shapes := self._shapes(reading.name):
                found[reading.name] = shapes
        return found

    def _shapes(self, name: str) -> str:
        shapes = [shape for shape, _ in DATE_SHAPES if shape in self.shapes.get(name, ())]
        return f"datums als {' en '.join(shapes)}" if shapes else ""


def type_records(
    delivered: pl.DataFrame, table: Table, as_of: dt.date | None = None, seen: Seen | None = None
) -> Typed:
    """Types the delivered columns of `records.Delivered.frame` by the contract of `table`.

    Columns that were not delivered become null; that required ones were delivered must be
    checked before. `as_of` is the day of judgement; without one no date lies too far ahead.
    `seen` is given when this is a piece of a file: it has looked at the amounts of all pieces, and
    the notes are its.
    """
    frame = delivered.with_columns(_cells(delivered.columns, table.columns))
    readings = [_Reading(column) for column in table.columns]
    is_whole = seen is None
    if seen is None:
        seen = Seen()
        seen.look(frame, readings)
    values: list[pl.Series] = []
    horizon = Horizon()
    marks: list[str | None] = []
    for reading in readings:
        mark, _ = reading.decimal_mark(seen)
        marks.append(mark)
        seen.shapes.setdefault(reading.name, set()).update(reading.date_shapes(frame))
        value = reading.value(frame, mark)
        if reading.kind in ("date", "timestamp"):
            bounded = _bounded(frame.get_column(reading.name), value, reading.column, as_of)
            value, horizon = bounded.value, horizon.joined(bounded.horizon)
            values += [bounded.text, bounded.problem.alias(reading.problem)]
            seen.no_dates[reading.name] += bounded.no_dates
        values.append(value.alias(reading.typed))
    frame = frame.with_columns(values)
    failing = pl.any_horizontal(reading.fails() for reading in readings)
    frame = frame.with_columns(failing.alias("\x1ffails"))
    rejected = frame.filter("\x1ffails")
    accepted = frame.filter(~pl.col("\x1ffails"))
    return Typed(
        frame=accepted.select(
            *[pl.col(reading.typed).alias(reading.name) for reading in readings], LINE
        ),
        rejects=_rejects(rejected, readings, marks),
        notes=tuple(seen.notes(table)) if is_whole else (),
        horizon=horizon,
        ways=seen.ways(table) if is_whole else {},
    )


def localised(naive: pl.Expr) -> pl.Expr:
    """Instants of local wall times in Europe/Amsterdam.

    A time that the spring change skips is read one hour later; of a doubled hour the first.
    """

    def placed(moment: pl.Expr) -> pl.Expr:
        return moment.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")

    later = placed(naive + pl.duration(hours=1))
    return pl.coalesce(placed(naive), later).dt.convert_time_zone("UTC")


@dataclass(frozen=True)
class _Reading:
    """How one column of the contract is read."""

    column: Column

    @property
    def name(self) -> str:
        return self.column.name.lower()

    @property
    def typed(self) -> str:
        return f"{self.name}\x1ftyped"

    @property
    def problem(self) -> str:
        """Column with what is wrong with a date that can be read."""
        return f"{self.name}\x1fproblem"

    @property
    def kind(self) -> ColumnType:
        """Private columns are text until they are replaced; locations are not read at all."""
        return self.column.type if self.column.personal_data == "none" else "text"

    def value(self, frame: pl.DataFrame, mark: str | None) -> pl.Series:
        """The typed values of `frame` (with all three cells); null where there is none."""
        text, number, truth = (frame.get_column(name) for name in self.cells)
        if self.kind == "text":
            if number.null_count() == truth.null_count() == frame.height:
                return text
            whole = pl.col(number.name).str.replace(r"^(-?\d+)\.0+$", "$1")
            shown = pl.coalesce(text.name, whole, pl.col(truth.name).cast(pl.String))
            return frame.select(shown).to_series()
        if self.kind == "boolean":
            found = pl.coalesce(
                _truth(pl.col(text.name)), _truth(pl.col(number.name)), pl.col(truth.name)
            )
            return frame.select(found).to_series()
        if self.kind == "date":
            return _dates(text)
        if self.kind == "timestamp":
            return _instants(text)
        if self.kind == "integer":
            return _integers(text, number, mark)
        return _decimals(text, number, mark)

    @property
    def cells(self) -> tuple[str, str, str]:
        return self.name, number_of(self.name), boolean_of(self.name)

    def given(self) -> pl.Expr:
        return pl.any_horizontal(pl.col(cell).is_not_null() for cell in self.cells)

    def fails(self) -> pl.Expr:
        if self.column.required:
            return pl.col(self.typed).is_null()
        return self.given() & pl.col(self.typed).is_null()

    def reason(self, mark: str | None) -> pl.Expr:
        """Why a value that fails does; the value itself only where it can be nothing private."""
        text = pl.coalesce(
            pl.col(self.name),
            pl.col(number_of(self.name)),
            pl.col(boolean_of(self.name)).cast(pl.String),
        )
        shown = (
            text.str.contains(QUOTABLE)
            & pl.when(text.str.contains(A_DAY))
            .then(text.str.contains(A_LATE_DAY))
            .otherwise(text.str.count_matches(r"\d") < LONG_NUMBER)
            & pl.lit(self.column.personal_data == "none")
        )
        value = pl.when(shown).then(pl.format("'{}'", text)).otherwise(pl.lit("de waarde"))
        wrong = self._wrong(text, value, mark)
        empty = pl.format("{} is leeg, maar verplicht", pl.lit(self.name))
        return pl.when(self.given()).then(wrong).otherwise(empty)

    def _wrong(self, text: pl.Expr, value: pl.Expr, mark: str | None) -> pl.Expr:
        def say(words: str) -> pl.Expr:
            return pl.format("{}: {} {}", pl.lit(self.name), value, pl.lit(words))

        native = pl.col(self.name).is_null()
        if self.kind in ("date", "timestamp"):
            return (
                pl.when(pl.col(self.problem).is_not_null())
                .then(pl.format("{}: {} {}", pl.lit(self.name), value, self.problem))
                .when(native)
                .then(say("is een getal en geen datum; maak er een datum van"))
                .when(text.str.contains("/", literal=True))
                .then(say("met schuine strepen is niet eenduidig; schrijf 31-12-2025"))
                .when(text.str.to_lowercase().str.contains(MOMENT))
                .then(say("bestaat niet als datum of tijdstip"))
                .otherwise(say("is geen datum; schrijf 31-12-2025 of 2025-12-31"))
            )
        if self.kind == "boolean":
            return say("is geen ja of nee")
        if self.kind in ("integer", "decimal"):
            double = text.map_batches(_reads_twice, return_dtype=pl.Boolean)
            is_whole = "geen geheel getal" if self.kind == "integer" else "geen bedrag of getal"
            return (
                pl.when(~native & double & pl.lit(mark is None))
                .then(
                    say(
                        "kan op twee manieren gelezen worden (punt of komma als "
                        "decimaalteken); schrijf het zonder scheidingsteken voor duizendtallen"
                    )
                )
                .otherwise(say(f"is {is_whole}, of te groot"))
            )
        return say("is niet te lezen")

    def decimal_mark(self, seen: Seen) -> tuple[str | None, list[str]]:
        """What decides an amount that can be read in two ways, and a note that says so."""
        if self.kind not in ("integer", "decimal"):
            return None, []
        comma, point, both = seen.amounts.get(self.name, (0, 0, 0))
        return self._decide({mark for mark, count in ((",", comma), (".", point)) if count}, both)

    def amounts(self, frame: pl.DataFrame) -> tuple[int, int, int]:
        """How many can be read with a comma only, with a point only, and with both."""
        text = frame.get_column(self.name).drop_nulls()
        if not text.str.contains("[.,]").any():
            return 0, 0, 0
        comma, point, both = (
            _amounts(text)
            .select(
                comma=(pl.col("comma") & ~pl.col("point")).sum(),
                point=(pl.col("point") & ~pl.col("comma")).sum(),
                both=(pl.col("comma") & pl.col("point") & pl.col("marked")).sum(),
            )
            .row(0)
        )
        return comma, point, both

    def _decide(self, seen: set[str], both: int) -> tuple[str | None, list[str]]:
        hint = self.column.decimal_mark
        agreed = seen.pop() if len(seen) == 1 else None
        mark = hint or agreed
        many = f"{self.name}: {both} waarden zoals 1.234 "
        if not both:
            return mark, [f"{self.name}: decimaalteken {MARKS[agreed]}."] if agreed else []
        if mark is None:
            return None, [f"{many}kunnen op twee manieren gelezen worden en zijn afgekeurd."]
        decided = f"{many}gelezen met de {MARKS[mark]} als decimaalteken, volgens "
        if hint is None:
            return mark, [f"{decided}de andere waarden van de kolom."]
        if agreed not in (None, hint):
            return mark, [f"Let op: {decided}het contract; de andere waarden spreken dat tegen."]
        return mark, [f"{decided}het contract."]

    def date_shapes(self, frame: pl.DataFrame) -> list[str]:
        if self.kind not in ("date", "timestamp"):
            return []
        text = frame.get_column(self.name)
        return [example for example, shape in DATE_SHAPES if text.str.contains(shape).any()]


def _cells(delivered: Iterable[str], columns: Iterable[Column]) -> list[pl.Expr]:
    """All three cells of every column, cleaned; null where not delivered."""
    present = set(delivered)
    cells: list[pl.Expr] = []
    for column in columns:
        name = column.name.lower()
        for cell, dtype in (
            (name, pl.String),
            (number_of(name), pl.String),
            (boolean_of(name), pl.Boolean),
        ):
            if cell not in present:
                cells.append(pl.lit(None, dtype=dtype).alias(cell))
            elif cell == name:
                cells.append(_clean(pl.col(name)).alias(name))
    return cells


def _clean(text: pl.Expr) -> pl.Expr:
    stripped = text.str.replace_all("\0", "", literal=True).str.strip_chars(OUTER)
    return pl.when(stripped != "").then(stripped)


def _truth(text: pl.Expr) -> pl.Expr:
    lowered = text.str.to_lowercase().str.replace(r"^([01])\.0$", "$1")
    return pl.when(lowered.is_in(TRUE)).then(True).when(lowered.is_in(FALSE)).then(False)


# --- amounts


def _amounts(text: pl.Series) -> pl.DataFrame:
    """How amounts can be read.

    Returns:
        `body` (digits with their separators; null: no amount), `negative`, `comma` and `point`
        (can be read with that decimal mark) and `marked` (holds a mark at all).
    """
    groups = (
        text.str.replace_all("[\u2212\u2013]", "-")
        .str.replace_all("[\u00a0\u202f\u2007]", " ")
        .str.extract_groups(AMOUNT)
        .struct.unnest()
    )
    # `1.234,-` says that the comma is the decimal mark, as `1.234,0` does.
    cents = (pl.col("dash").str.slice(0, 1) + "0").fill_null("")
    signs = pl.concat_str("s1", "s2", "s3", "s4", ignore_nulls=True)
    body = groups.select(
        pl.when(signs.str.len_chars() <= 1)
        .then(pl.col("body").str.strip_chars() + cents)
        .alias("body"),
        (signs == "-").alias("negative"),
    )
    return body.with_columns(
        comma=pl.col("body").str.contains(READ_WITH_COMMA),
        point=pl.col("body").str.contains(READ_WITH_POINT),
        marked=pl.col("body").str.contains("[.,]"),
    )


def _integers(text: pl.Series, number: pl.Series, mark: str | None) -> pl.Series:
    plain = text.str.contains(PLAIN_INTEGER).fill_null(False)
    quick = text.set(~plain, None).cast(pl.Int64, strict=False)
    if (plain | text.is_null()).all() and number.null_count() == number.len():
        return quick
    amount = pl.DataFrame({"quick": quick, "amount": _decimals(text, number, mark)})
    whole = pl.col("amount").cast(pl.Int64, strict=False)
    exact = pl.when(whole.cast(DECIMAL, strict=False) == pl.col("amount")).then(whole)
    return amount.select(pl.coalesce("quick", exact)).to_series()


def _decimals(text: pl.Series, number: pl.Series, mark: str | None) -> pl.Series:
    native = number.cast(DECIMAL, strict=False)
    if text.null_count() == text.len():
        return native
    return native.zip_with(text.is_null(), _amount(text, mark))


def _reads_twice(text: pl.Series) -> pl.Series:
    twice = pl.col("comma") & pl.col("point") & pl.col("marked")
    return _amounts(text).select(twice.fill_null(False)).to_series()


def _amount(text: pl.Series, mark: str | None) -> pl.Series:
    """Decimal(28, 6); null for what cannot be read, or in two ways without a `mark`."""
    body = pl.col("body")
    with_comma = body.str.replace_all(r"[. ]", "").str.replace(",", ".", literal=True)
    with_point = body.str.replace_all(r"[, ]", "")
    by_mark = pl.lit(None, dtype=pl.String)
    if mark is not None:
        by_mark = with_comma if mark == "," else with_point
    digits = (
        pl.when(pl.col("comma") & pl.col("point"))
        .then(pl.when("marked").then(by_mark).otherwise(with_comma))
        .when("comma")
        .then(with_comma)
        .when("point")
        .then(with_point)
    )
    sign = pl.when("negative").then(pl.lit("-")).otherwise(pl.lit(""))
    return _amounts(text).select((sign + digits).cast(DECIMAL, strict=False)).to_series()


# --- dates and times


def _dates(text: pl.Series) -> pl.Series:
    moments = _moments(text)
    with_offset = moments.get_column("offset").is_not_null()
    dates = moments.get_column("naive").dt.date()
    if not with_offset.any():
        return dates
    local = _instants_of(moments).dt.convert_time_zone(ZONE).dt.date()
    return local.zip_with(with_offset, dates)


def _instants(text: pl.Series) -> pl.Series:
    return _instants_of(_moments(text))


def _instants_of(moments: pl.DataFrame) -> pl.Series:
    naive, offset = pl.col("naive"), pl.col("offset")
    shifted = (naive - pl.duration(minutes=offset)).dt.replace_time_zone("UTC")
    local = localised(pl.when(offset.is_null()).then(naive))
    return moments.select(pl.coalesce(shifted, local)).to_series()


def _moments(text: pl.Series) -> pl.DataFrame:
    """Wall time as written (`naive`) and `offset` in minutes, null where none was written."""
    naive = pl.Series("naive", [None], dtype=NAIVE).new_from_index(0, text.len())
    offset = pl.Series("offset", [None], dtype=pl.Int64).new_from_index(0, text.len())
    left = text.is_not_null()
    for shape, layout, in_utc in FAST:
        fits = (left & text.str.contains(shape)).fill_null(False)
        if not fits.any():
            continue
        read = text.set(~fits, None).str.to_datetime(layout, time_unit="us", strict=False)
        naive = read.zip_with(fits, naive)
        offset = offset.set(fits, 0) if in_utc else offset
        left = left & ~fits
        if not left.any():
            break
    rows = left.arg_true()
    if rows.len():
        slow = _slow_moments(text.gather(rows))
        naive = naive.scatter(rows, slow.get_column("naive"))
        offset = offset.scatter(rows, slow.get_column("offset"))
    return pl.DataFrame({"naive": naive, "offset": offset})


def _slow_moments(text: pl.Series) -> pl.DataFrame:
    groups = text.str.to_lowercase().str.extract_groups(MOMENT).struct.unnest()
    written = pl.coalesce("y1", "y2", "y3")
    digits = pl.col("offset").str.replace_all(r"\D", "").str.pad_end(4, "0")
    parts = groups.select(
        short=written.str.len_chars() == 2,
        year=written.cast(pl.Int32, strict=False),
        month=pl.coalesce(
            pl.coalesce("m1", "m2").cast(pl.Int32, strict=False),
            pl.col("m3").replace_strict(MONTHS, default=None, return_dtype=pl.Int32),
        ),
        day=pl.coalesce("d1", "d2", "d3").cast(pl.Int32, strict=False),
        hour=pl.col("hour").cast(pl.Int32).fill_null(0),
        minute=pl.col("minute").cast(pl.Int32).fill_null(0),
        second=pl.col("second").cast(pl.Int32).fill_null(0),
        micros=pl.col("fraction").fill_null("").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int32),
        west=pl.col("offset").str.starts_with("-"),
        away=digits.cast(pl.Int64, strict=False),
    )
    century = pl.when(pl.col("year") < CENTURY_PIVOT).then(2000).otherwise(1900)
    parts = parts.with_columns(
        year=pl.when("short").then(pl.col("year") + century).otherwise("year"),
        away=(pl.col("away") // 100) * 60 + pl.col("away") % 100,
        away_exists=pl.col("away").is_null() | (pl.col("away") % 100 <= 59),
    )
    year = pl.col("year")
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days = (
        pl.when(pl.col("month") == 2)
        .then(pl.when(leap).then(29).otherwise(28))
        .when(pl.col("month").is_in([4, 6, 9, 11]))
        .then(30)
        .otherwise(31)
    )
    exists = (
        pl.col("month").is_between(1, 12)
        & pl.col("day").is_between(1, days)
        & (year >= 1)
        & (pl.col("hour") <= 23)
        & (pl.col("minute") <= 59)
        & (pl.col("second") <= 59)
        & pl.col("away_exists")
        & (pl.col("away").is_null() | (pl.col("away") <= 14 * 60))
    )
    parts = parts.with_columns(exists=exists.fill_null(False))

    def safe(name: str, instead: int) -> pl.Expr:
        return pl.when("exists").then(name).otherwise(instead)

    moment = pl.datetime(
        safe("year", 2000),
        safe("month", 1),
        safe("day", 1),
        safe("hour", 0),
        safe("minute", 0),
        safe("second", 0),
        "micros",
        time_unit="us",
    )
    sign = pl.when("west").then(-1).otherwise(1)
    return parts.select(
        naive=pl.when("exists").then(moment),
        offset=pl.when("exists").then(sign * pl.col("away")),
    )


# --- dates that cannot be


@dataclass(frozen=True)
class _Bounded:
    """The dates or moments of one column within their bounds.

    text: what was written, null where that stands for no date.
    value: null there too, and where the date is impossible.
    problem: why it is impossible, as the end of a sentence.
    """

    text: pl.Series
    value: pl.Series
    problem: pl.Series
    no_dates: int = 0
    horizon: Horizon = Horizon()


def _bounded(text: pl.Series, value: pl.Series, column: Column, as_of: dt.date | None) -> _Bounded:
    unread = text.filter(value.is_null() & text.is_not_null())
    written = unread.str.contains(NO_DATE_WRITTEN).any()
    problem = pl.Series("problem", [None], dtype=pl.String).new_from_index(0, text.len())
    # By the year: Python knows no moment before the year 1, not even by the time zone.
    first_year, last = value.dt.year().min(), _day(value.max())
    if not written and last is None:
        return _Bounded(text, value, problem)
    is_early = isinstance(first_year, int) and first_year <= column.earliest.year
    if last and last < min(NO_END) and not is_early and not written:
        horizon = Horizon(from_day=_years_before(last, column.years_ahead))
        if as_of is None or horizon.holds_on(as_of):
            return _Bounded(text, value, problem, horizon=horizon)

    day = pl.col("value")
    if value.dtype != pl.Date:
        day = day.dt.convert_time_zone(ZONE).dt.date()
    needed = day.dt.offset_by(f"-{column.years_ahead}y")
    nothing = (*NO_DATE, *(NO_END if column.is_end else ()))
    far = pl.lit(False) if as_of is None else needed > as_of
    judged = (
        pl.DataFrame({"text": text, "value": value})
        .with_columns(
            day=day,
            needed=needed,
            is_none=day.is_in(nothing).fill_null(False)
            | (pl.col("value").is_null() & pl.col("text").str.contains(NO_DATE_WRITTEN)).fill_null(
                False
            ),
        )
        .with_columns(
            problem=pl.when(pl.col("is_none"))
            .then(None)
            .when(pl.col("day") < column.earliest)
            .then(pl.lit(f"ligt voor {column.earliest:%d-%m-%Y} en kan niet kloppen"))
            .when(far)
            .then(
                pl.lit(f"ligt meer dan {column.years_ahead} jaar na de peildag en kan niet kloppen")
            )
        )
    )
    good = pl.col("problem").is_null() & ~pl.col("is_none")
    late = pl.col("problem").is_not_null() & (pl.col("day") >= column.earliest)
    about = judged.select(
        none=pl.col("is_none").sum(),
        start=pl.col("needed").filter(good).max(),
        until=pl.col("needed").filter(late).min(),
    ).row(0, named=True)
    kept = judged.select(
        text=pl.when(~pl.col("is_none")).then("text"), value=pl.when(good).then("value")
    )
    return _Bounded(
        text=kept.get_column("text").alias(text.name),
        value=kept.get_column("value"),
        problem=judged.get_column("problem"),
        no_dates=about["none"],
        horizon=Horizon(about["start"], about["until"]),
    )


def _day(moment: object) -> dt.date | None:
    """The day of a date or moment; of a moment near midnight possibly the one before."""
    return moment.date() if isinstance(moment, dt.datetime) else moment  # type: ignore[return-value]


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=max(1, day.year - years))
    except ValueError:  # 29 February
        return day.replace(year=max(1, day.year - years), day=28)


# --- what is rejected


def _rejects(
    rejected: pl.DataFrame, readings: list[_Reading], marks: list[str | None]
) -> pl.DataFrame:
    if not rejected.height:
        return REJECTS.to_frame()
    first = pl.coalesce(pl.when(reading.fails()).then(pl.lit(reading.name)) for reading in readings)
    reasons = pl.concat_str(
        [
            pl.when(reading.fails()).then(reading.reason(mark))
            for reading, mark in zip(readings, marks, strict=True)
        ],
        separator="; ",
        ignore_nulls=True,
    )
    return rejected.select(LINE, first.alias("column_name"), (reasons + ".").alias("reason"))
