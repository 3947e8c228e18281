"""What Excel shows of a number, by the number format of its cell.

Here belongs: what a format code says, and the text of a number under it. Not here: where formats
come from (`ooxml.py`).

Only what changes the meaning of a number is followed: dates and times, percentages, and digits that
a format puts in front. How many decimals are shown changes nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import polars as pl

#: Formats that a workbook does not write out.
PERCENT = (9, 10)
DAYS = (14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58)
MOMENTS = (22,)
TIMES = (18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56)
DURATIONS = (46,)

#: What is shown as it stands: between quotes, after a backslash; `_` leaves room, `*` fills it.
LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
ELAPSED = re.compile(r"(?i)\[(?:h+|m+|s+)\]")
BRACKETS = re.compile(r"\[[^\]]*\]")
CURRENCY = ("EUR", "€", "$", "£")

#: Numbers beyond have more digits than Excel keeps.
MOST_EXACT = 1e15
#: As many digits as Excel shows.
DIGITS = 15

#: Serial numbers count from here, in days.
DAY_0 = dt.datetime(1899, 12, 30)
LAST_DAY = 2_958_466
DAY = 86_400_000  # milliseconds
#: Excel counts 29 February 1900, a day that never was; before it, it is a day ahead.
NO_DAY = 60


@dataclass(frozen=True)
class Shown:
    """How a number is shown.

    layout: for `digits`: groups of zeros, each a place of a digit, and what stands around them.
    """

    how: Literal["plain", "moment", "time", "duration", "percent", "digits"] = "plain"
    layout: tuple[str, ...] = ()


PLAIN = Shown()


def shown(number: int, codes: Mapping[int, str]) -> Shown:
    """How numbers of a format are shown.

    Args:
        codes: the formats that the workbook writes out, by number.
    """
    if number in codes:
        return _of_code(codes[number])
    if number in PERCENT:
        return Shown("percent")
    if number in DAYS or number in MOMENTS:
        return Shown("moment")
    if number in TIMES:
        return Shown("time")
    return Shown("duration") if number in DURATIONS else PLAIN


@lru_cache(maxsize=10_000)
def _of_code(code: str) -> Shown:
    bare = LITERAL.sub("", code)
    first = bare.partition(";")[0]
    if ELAPSED.search(first):
        return Shown("duration")
    letters = BRACKETS.sub("", first).lower()
    if "general" in letters or "standaard" in letters:
        return PLAIN
    if "%" in letters:
        return Shown("percent")
    if re.search("[dyj]", letters) or "mmm" in letters:
        return Shown("moment")
    if re.search("[hs]", letters):
        return Shown("time")
    return _digits(code)


def _digits(code: str) -> Shown:
    """Zeros only, with fixed signs around them: the layout of a number that is a name."""
    layout: list[str] = []
    rest = BRACKETS.sub("", code).partition(";")[0]
    while rest:
        zeros = re.match("0+", rest)
        literal = LITERAL.match(rest)
        if zeros:
            layout.append(zeros[0])
        elif literal:
            layout.append("\0" + (literal[1] or literal[2] or ""))
        elif rest[0] in "-+/(): ":
            layout.append("\0" + rest[0])
        else:
            return PLAIN
        rest = rest[len((zeros or literal or "x")[0]) :]
    words = "".join(part[1:] for part in layout if part[0] == "\0")
    places = sum(len(part) for part in layout if part[0] == "0")
    first = layout[0] if layout else ""
    has_prefix = first[:1] == "\0" and any(letter.isalpha() for letter in first)
    is_money = any(sign in words.upper() for sign in CURRENCY)
    if is_money or not places or (places < 2 and not has_prefix):
        return PLAIN
    return Shown("digits", tuple(layout))


def applied(cells: pl.DataFrame, styles: list[Shown], days_before: int = 0) -> pl.DataFrame:
    """Cells with in `text` what Excel shows of their `number`.

    Args:
        cells: `kind`, `text`, `number` (Float64) and `style`, an index in `styles`.
        days_before: how many days day 0 of the workbook lies after that of Excel.

    Returns:
        `cells` where numbers have their text, and another `kind` where that says more than the
        number: text for dates and times, `percent`, `digits`, and `long` for a number of which
        Excel does not keep all digits.
    """
    known = pl.DataFrame(
        {
            "style": range(len(styles)),
            "how": [one.how for one in styles],
            "layout": ["\1".join(one.layout) for one in styles],
        },
        schema={"style": pl.UInt32, "how": pl.String, "layout": pl.String},
    )
    cells = cells.join(known, on="style", how="left", maintain_order="left")
    is_number = pl.col("kind") == "number"
    how = pl.when(is_number).then(pl.col("how").fill_null("plain"))
    number = pl.col("number")
    serial = number + days_before
    is_day = (serial >= 0) & (serial < LAST_DAY)
    is_time = how.is_in(["moment", "time", "duration"]) & is_day
    is_whole = (number == number.floor()) & (number.abs() >= 0)
    percent = (number * 100).round_sig_figs(DIGITS)
    cells = cells.with_columns(
        pl.when(is_time & (how == "duration"))
        .then(_duration(number))
        .when(is_time)
        .then(_moment(serial, (how == "time") & (serial < 1)))
        .when(how == "percent")
        .then(_plain(percent))
        .when(is_number)
        .then(_plain(number))
        .otherwise("text")
        .alias("text"),
        pl.when(is_time)
        .then(pl.lit("text"))
        .when(is_number & (number.abs() >= MOST_EXACT))
        .then(pl.lit("long"))
        .when(how == "percent")
        .then(pl.lit("percent"))
        .when((how == "digits") & is_whole & (number >= 0))
        .then(pl.lit("digits"))
        .otherwise("kind")
        .alias("kind"),
    )
    for layout in cells.filter(kind="digits")["layout"].unique().to_list():
        here = (pl.col("kind") == "digits") & (pl.col("layout") == layout)
        laid_out = _laid_out(pl.col("text"), layout.split("\1"))
        cells = cells.with_columns(text=pl.when(here).then(laid_out).otherwise("text"))
    return cells


def _plain(number: pl.Expr) -> pl.Expr:
    """A number with a point, and without one when it is whole."""
    rounded = number.round_sig_figs(DIGITS)

    def whole(value: pl.Expr) -> pl.Expr:
        is_whole = (value == value.floor()) & (value.abs() < MOST_EXACT)
        return pl.when(is_whole).then(value).cast(pl.Int64, strict=False).cast(pl.String)

    return pl.coalesce(whole(number), whole(rounded), rounded.cast(pl.String))


def _moment(serial: pl.Expr, only_time: pl.Expr) -> pl.Expr:
    """The moment that Excel shows: rounded to milliseconds."""
    ms = (serial * DAY).round().cast(pl.Int64)
    day, rest = ms // DAY, ms % DAY
    shifted = ms + pl.when(day.is_between(1, NO_DAY - 1)).then(DAY).otherwise(0)
    moment = pl.lit(DAY_0).cast(pl.Datetime("ms")) + pl.duration(milliseconds=shifted)
    clock = moment.dt.strftime("%H:%M:%S") + pl.when(rest % 1000 != 0).then(
        moment.dt.strftime("%.3f")
    ).otherwise(pl.lit(""))
    date = (
        pl.when(day == 0)
        .then(pl.lit("1900-01-00"))
        .when(day == NO_DAY)
        .then(pl.lit("1900-02-29"))
        .otherwise(moment.dt.strftime("%Y-%m-%d"))
    )
    return pl.when(only_time).then(clock).otherwise(date + " " + clock)


def _duration(number: pl.Expr) -> pl.Expr:
    seconds = (number * DAY / 1000).round().cast(pl.Int64)
    parts = [seconds // 3600, seconds // 60 % 60, seconds % 60]
    return pl.concat_str(
        [parts[0].cast(pl.String), *(part.cast(pl.String).str.zfill(2) for part in parts[1:])],
        separator=":",
    )


def _laid_out(digits: pl.Expr, layout: list[str]) -> pl.Expr:
    """Digits in their places, from the right; more of them than places go to the first."""
    left = sum(len(part) for part in layout if part[0] == "0")
    padded = digits.str.zfill(left)
    parts: list[pl.Expr] = []
    is_first = True
    for part in layout:
        if part[0] != "0":
            parts.append(pl.lit(part[1:]))
            continue
        after = left - len(part)
        from_here = padded if is_first else padded.str.tail(left)
        parts.append(from_here.str.head(-after) if after else from_here)
        left, is_first = after, False
    return pl.concat_str(parts)
