"""What a date or a moment means as municipal systems write it in text.

Here belongs: ways of writing, from text to wall time and from wall time to an instant. Not here:
whether a date can be true, and what stands for no date (`values.py`, `spelling.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import polars as pl

ZONE = "Europe/Amsterdam"
NAIVE = pl.Datetime("us")
#: In microseconds.
DAY = 86_400_000_000

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maart march mrt maa mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}

#: Two digits of a year from here on are of the twentieth century.
CENTURY_PIVOT = 69

#: In lower case. The day of the week may stand before a date, and `uur` behind a time.
MOMENT = (
    r"^(?:(?:ma|di|wo|do|vr|za|zo)[a-z]*\.?,? +)?"
    r"(?:(?<d1>\d{1,2})-(?<m1>\d{1,2})-(?<y1>\d{4}|\d{2})"
    r"|(?<y2>\d{4})-(?<m2>\d{1,2})-(?<d2>\d{1,2})"
    r"|(?<d3>\d{1,2})[ -](?<m3>[a-z]+)\.?[ -](?<y3>\d{4}|\d{2})"
    # The year in front, so that no day can stand for a month.
    r"|(?<y5>\d{4})[/.](?<m5>\d{1,2})[/.](?<d5>\d{1,2})"
    r"|(?<y4>(?:19|20)\d{2})(?<m4>\d{2})(?<d4>\d{2}))"
    r"(?:(?:t|,? +)(?<hour>\d{1,2})[:.](?<minute>\d{2})"
    r"(?:[:.](?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?"
    r"(?: ?(?:(?<half>[ap])\.?m\.?|uur))?"
    r" ?(?<offset>z|[+-]\d{2}(?::?\d{2})?)?)?$"
)
HALF_DAYS = r"(?i)\d ?[ap]\.?m\.?$"
#: Seconds or milliseconds since 1970.
EPOCH = r"^-?(?:\d{10}|\d{13})(?:\.\d*)?$"
#: A day as Excel counts them, from 1990 to 2064, possibly with a part of a day.
EXCEL_SERIAL = r"^(?:3[3-9]|4\d|5\d)\d{3}(?:[.,]\d+)?$"

SHORT_YEAR = "31-12-25"
#: Ways of writing a date, for the notes.
DATE_SHAPES = (
    ("31-12-2025", r"^\d{1,2}-\d{1,2}-\d{4}"),
    (SHORT_YEAR, r"^\d{1,2}-\d{1,2}-\d{2}(?:\D|$)"),
    ("2025-12-31", r"^\d{4}-"),
    ("20251231", r"^\d{8}"),
    ("2025/12/31", r"^\d{4}[/.]"),
    ("31 dec 2025", r"^(?:[A-Za-z]+\.?,? +)?\d{1,2}[ -][A-Za-z]"),
)


@dataclass(frozen=True)
class Layout:
    """A way of writing that polars reads at once.

    shortest, longest: number of bytes.
    day_first: a hyphen stands behind the second byte. with_t: a T before the time.
    """

    format: str
    shortest: int
    longest: int
    day_first: bool
    with_t: bool = False
    in_utc: bool = False

    @property
    def shape(self) -> str:
        return DATE_SHAPES[0 if self.day_first else 2][0]


LAYOUTS = (
    Layout("%d-%m-%Y", 10, 10, day_first=True),
    Layout("%Y-%m-%d", 10, 10, day_first=False),
    Layout("%d-%m-%Y %H:%M", 16, 16, day_first=True),
    Layout("%Y-%m-%d %H:%M", 16, 16, day_first=False),
    Layout("%Y-%m-%dT%H:%M", 16, 16, day_first=False, with_t=True),
    Layout("%d-%m-%Y %H:%M:%S", 19, 19, day_first=True),
    Layout("%Y-%m-%d %H:%M:%S", 19, 19, day_first=False),
    Layout("%Y-%m-%dT%H:%M:%S", 19, 19, day_first=False, with_t=True),
    Layout("%Y-%m-%d %H:%M:%S%.f", 21, 26, day_first=False),
    Layout("%Y-%m-%dT%H:%M:%S%.f", 21, 26, day_first=False, with_t=True),
    Layout("%Y-%m-%dT%H:%M:%S%.fZ", 20, 27, day_first=False, with_t=True, in_utc=True),
)


def forms(text: pl.Expr) -> pl.Expr:
    """A number per form of writing, for `layouts_of`; null for null."""
    return (
        text.str.len_bytes().cast(pl.Int32) * 4
        + (text.str.slice(2, 1) == "-").cast(pl.Int32) * 2
        + (text.str.slice(10, 1) == "T").cast(pl.Int32)
    )


def layouts_of(found: Collection[int]) -> list[Layout]:
    """The layouts that texts of these `forms` may have."""
    return [
        layout
        for layout in LAYOUTS
        if any(
            layout.shortest <= form >> 2 <= layout.longest
            and bool(form & 2) == layout.day_first
            and bool(form & 1) == layout.with_t
            for form in found
        )
    ]


def localised(naive: pl.Expr) -> pl.Expr:
    """Instants of local wall times in Europe/Amsterdam.

    A time that the spring change skips is read one hour later; of a doubled hour the first.
    """
    universal = pl.Datetime("us", "UTC")
    return naive.map_batches(_in_utc, return_dtype=universal, is_elementwise=True)


def _in_utc(naive: pl.Series) -> pl.Series:
    """Moved by what its day lies from UTC, where a day does so from its beginning to its end and
    the days are few; else placed one by one."""
    day = naive.cast(pl.Int64) // DAY
    first, last = day.min(), day.max()
    if not isinstance(first, int) or not isinstance(last, int) or last - first > len(naive) // 4:
        return _placed(naive)
    midnight = pl.int_range(first, last + 1, eager=True) * DAY
    away, later = (
        start - _placed(start.cast(NAIVE)).cast(pl.Int64)
        for start in (midnight, midnight + DAY - 1)
    )
    away = away.set(away != later, None)
    found = (naive.cast(pl.Int64) - away.gather(day - first)).cast(pl.Datetime("us", "UTC"))
    if found.null_count() == naive.null_count():
        return found
    return found.zip_with(found.is_not_null(), _placed(naive.set(found.is_not_null(), None)))


def _placed(naive: pl.Series) -> pl.Series:
    def placed(moment: pl.Series) -> pl.Series:
        return moment.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")

    first = placed(naive)
    # A skipped hour is rare, and placing all of them twice costs as much as reading them.
    if first.null_count() > naive.null_count():
        later = placed(naive + dt.timedelta(hours=1))
        first = first.zip_with(first.is_not_null(), later)
    return first.dt.convert_time_zone("UTC")


def instants(text: pl.Expr, layouts: Collection[Layout]) -> pl.Expr:
    """Datetime in UTC of texts that one of `layouts` fits; null for all other."""
    local = [_read(text, layout) for layout in layouts if not layout.in_utc]
    universal = [_read(text, layout) for layout in layouts if layout.in_utc]
    found = [localised(pl.coalesce(local))] if local else []
    found += [moment.dt.replace_time_zone("UTC") for moment in universal]
    return pl.coalesce(found) if found else pl.lit(None, dtype=pl.Datetime("us", "UTC"))


def days(text: pl.Expr, layouts: Collection[Layout]) -> pl.Expr:
    """As `instants`, for dates: the day in Europe/Amsterdam."""
    found = [
        day_of(_read(text, layout).dt.replace_time_zone("UTC"))
        if layout.in_utc
        else _read(text, layout).dt.date()
        for layout in layouts
    ]
    return pl.coalesce(found) if found else pl.lit(None, dtype=pl.Date)


def day_of(instant: pl.Expr) -> pl.Expr:
    return instant.dt.convert_time_zone(ZONE).dt.date()


def _read(text: pl.Expr, layout: Layout) -> pl.Expr:
    fits = text.str.len_bytes().is_between(layout.shortest, layout.longest)
    if layout.shortest > 16:  # a minute has no sixtieth second here
        fits &= text.str.slice(17, 1) < "6"
    return pl.when(fits).then(text).str.to_datetime(layout.format, time_unit="us", strict=False)


def parts(text: pl.Expr) -> pl.Expr:
    """All ways of writing: a struct of `naive` (wall time as written, null: none) and `offset`
    (minutes, null: none was written)."""
    return (
        text.str.to_lowercase()
        .str.extract_groups(MOMENT)
        .struct.with_fields(*_numbers())
        .struct.with_fields(*_completed())
        .struct.with_fields(_exists().alias("exists"))
        .struct.with_fields(*_moment())
    )


def instants_of(found: pl.Expr) -> pl.Expr:
    """Datetime in UTC of `parts`."""
    naive, offset = found.struct.field("naive"), found.struct.field("offset")
    shifted = (naive - pl.duration(minutes=offset)).dt.replace_time_zone("UTC")
    return pl.coalesce(shifted, localised(pl.when(offset.is_null()).then(naive)))


def days_of(found: pl.Expr) -> pl.Expr:
    """The day in Europe/Amsterdam of `parts`; as it is written where no offset is."""
    naive, offset = found.struct.field("naive"), found.struct.field("offset")
    return pl.when(offset.is_null()).then(naive.dt.date()).otherwise(day_of(instants_of(found)))


def _numbers() -> Iterator[pl.Expr]:
    def number(*names: str) -> pl.Expr:
        return pl.coalesce(pl.field(name) for name in names).cast(pl.Int32, strict=False)

    named = pl.field("m3").replace_strict(MONTHS, default=None, return_dtype=pl.Int32)
    written = pl.coalesce(pl.field(name) for name in ("y1", "y2", "y3", "y4", "y5"))
    fraction = pl.field("fraction").fill_null("").str.pad_end(6, "0").str.slice(0, 6)
    away = pl.field("offset").str.replace_all(r"\D", "").str.pad_end(4, "0")
    yield (written.str.len_chars() == 2).alias("short")
    yield number("y1", "y2", "y3", "y4", "y5").alias("year")
    yield pl.coalesce(number("m1", "m2", "m4", "m5"), named).alias("month")
    yield number("d1", "d2", "d3", "d4", "d5").alias("day")
    for name in ("hour", "minute", "second"):
        yield number(name).fill_null(0).alias(name)
    yield fraction.cast(pl.Int32).alias("micros")
    yield pl.field("offset").str.starts_with("-").alias("west")
    yield away.cast(pl.Int64, strict=False).alias("away")


def _completed() -> Iterator[pl.Expr]:
    century = pl.when(pl.field("year") < CENTURY_PIVOT).then(2000).otherwise(1900)
    year, hour, away = pl.field("year"), pl.field("hour"), pl.field("away")
    is_half = pl.field("half").is_not_null()
    twelve = pl.when(pl.field("half") == "p").then(12).otherwise(0)
    yield pl.when(pl.field("short")).then(year + century).otherwise(year).alias("year")
    yield (
        pl.when(~is_half)
        .then(hour)
        .when(hour.is_between(1, 12))
        .then(hour % 12 + twelve)
        .otherwise(99)
        .alias("hour")
    )
    yield ((away // 100) * 60 + away % 100).alias("away")
    yield (away.is_null() | (away % 100 <= 59)).alias("away_exists")


def _exists() -> pl.Expr:
    year, month, away = pl.field("year"), pl.field("month"), pl.field("away")
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days_of_month = (
        pl.when(month == 2)
        .then(pl.when(leap).then(29).otherwise(28))
        .when(month.is_in([4, 6, 9, 11]))
        .then(30)
        .otherwise(31)
    )
    exists = (
        month.is_between(1, 12)
        & pl.field("day").is_between(1, days_of_month)
        & (year >= 1)
        & (pl.field("hour") <= 23)
        & (pl.field("minute") <= 59)
        & (pl.field("second") <= 59)
        & pl.field("away_exists")
        & (away.is_null() | (away <= 14 * 60))
    )
    return exists.fill_null(False)


def _moment() -> Iterator[pl.Expr]:
    exists = pl.field("exists")

    def safe(name: str, instead: int) -> pl.Expr:
        return pl.when(exists).then(pl.field(name)).otherwise(instead)

    moment = pl.datetime(
        safe("year", 2000),
        safe("month", 1),
        safe("day", 1),
        safe("hour", 0),
        safe("minute", 0),
        safe("second", 0),
        pl.field("micros"),
        time_unit="us",
    )
    sign = pl.when(pl.field("west")).then(-1).otherwise(1)
    yield pl.when(exists).then(moment).alias("naive")
    yield pl.when(exists).then(sign * pl.field("away")).alias("offset")
