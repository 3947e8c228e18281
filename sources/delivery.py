"""How deliveries come to be: what a system knows when it exports, how it spells, what goes wrong.

Here belongs what the exports of several systems have in common. Not here: what one system
exports (`sources/<source>/generate.py`).

Of the rows of a file, one in two hundred extra cannot be read and belongs in quarantine; such a
row has a key of its own (or none), so that the figures would show it if it were counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sources.town import Town, choose

#: One in so many rows extra cannot be read.
DIRT = 200

#: A column and what stands in it instead of a value that can be read; None is nothing at all.
Flaw = Mapping[str, str | pl.Expr | None]

MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


@dataclass(frozen=True)
class Export:
    """One file: what was made or changed after `since`, as it was known on `until`."""

    name: str
    since: dt.datetime
    until: dt.datetime


def exports(town: Town, *, months: int, overlap: int = 0) -> list[Export]:
    """A file for each year, and in the last year for every so many months.

    Args:
        overlap: days that a file of the last year reaches back into the one before it.

    The last one is made two days after the as-of date.
    """
    year = town.as_of.year
    edges = [(f"{early}", dt.datetime(early + 1, 1, 1)) for early in range(year - 3, year)]
    for last in range(months, town.as_of.month + 1, months):
        name = {1: f"{year}-{last:02d}", 3: f"{year}-Q{last // 3}"}.get(months, f"{year}")
        edges.append((name, dt.datetime(year, last + 1, 1)))
    edges[-1] = (edges[-1][0], dt.datetime.combine(town.as_of, dt.time(9)) + dt.timedelta(days=2))
    found: list[Export] = []
    since = dt.datetime(2000, 1, 1)
    for name, until in edges:
        back = overlap if len(found) > 3 else 0
        found.append(Export(name, since - dt.timedelta(days=back), until))
        since = until
    return found


def delivered(
    export: Export, records: pl.DataFrame, first: str, events: Sequence[str] = ()
) -> pl.DataFrame:
    """The rows of an export: a record comes again when something happened to it.

    Args:
        first: column with the moment (or date) at which the record was made.
        events: columns with later moments (or dates); what lies ahead is not known yet.
    """
    made = pl.col(first).cast(pl.Datetime("us"))
    happened = [pl.col(event).cast(pl.Datetime("us")) for event in events]
    changed = pl.any_horizontal(
        (moment > export.since) & (moment <= export.until) for moment in (made, *happened)
    )
    known = records.filter((made <= export.until) & changed)
    return known.with_columns(
        pl.when(moment <= export.until).then(pl.col(event))
        for event, moment in zip(events, happened, strict=True)
    )


def correct_later(
    chance: np.random.Generator,
    files: list[pl.DataFrame],
    place: int,
    key: str,
    count: int,
    wrong: Sequence[pl.Expr],
) -> list[pl.DataFrame]:
    """Spoils `count` records of the file at `place`, and delivers them as they are in the last."""
    if not files[place].height:
        return files
    chosen = choose(chance, np.arange(files[place].height), count)
    right = files[place][chosen.tolist()]
    is_chosen = pl.Series(np.isin(np.arange(files[place].height), chosen))
    spoiled = files[place].with_columns(
        pl.when(is_chosen).then(expression).otherwise(pl.col(expression.meta.output_name()))
        .alias(expression.meta.output_name())
        for expression in wrong
    )  # fmt: skip
    # What was delivered again in between is newer than what the correction would restore.
    newer = pl.concat([part.select(key) for part in files[place + 1 :]])
    right = right.join(newer, on=key, how="anti")
    return [*files[:place], spoiled, *files[place + 1 : -1], pl.concat([files[-1], right])]


def spelt(chance: np.random.Generator, names: pl.Series, share: float = 0.02) -> pl.Series:
    """The same names, a few in other letters or with a space behind.

    A name is shown as it was first delivered, so the first ones are spelt as they should be.
    """
    luck = pl.Series(chance.random(len(names)))
    nth = pl.DataFrame({"name": names}).select(pl.int_range(pl.len()).over("name")).to_series()
    frame = pl.DataFrame({"name": names, "luck": luck, "nth": nth})
    name = pl.col("name")
    return frame.select(
        pl.when(pl.col("nth") < 5)
        .then(name)
        .when(pl.col("luck") < share / 3)
        .then(name.str.to_uppercase())
        .when(pl.col("luck") < share * 2 / 3)
        .then(name.str.to_lowercase())
        .when(pl.col("luck") < share)
        .then(name + " ")
        .otherwise(name)
        .alias(names.name)
    ).to_series()


def with_flaws(
    chance: np.random.Generator, rows: pl.DataFrame, key: str, flaws: Sequence[Flaw], mark: str
) -> pl.DataFrame:
    """Adds the rows that cannot be read, each with the next of the flaws.

    Args:
        mark: start of the keys of these rows, of its own for each file.
    """
    if rows.height < 10:
        return rows
    count = max(1, round(rows.height / DIRT))
    place = choose(chance, np.arange(rows.height), count)
    number = pl.int_range(pl.len())
    broken = rows[place.tolist()].with_columns(
        pl.format("{}fout{}", pl.lit(mark), number).alias(key),
        # Small files have few of these rows, and begin with different flaws.
        flaw=(number + int(place[0])) % len(flaws),
    )
    for nth, flaw in enumerate(flaws):
        broken = broken.with_columns(
            pl.when(pl.col("flaw") == nth)
            .then(value if isinstance(value, pl.Expr) else pl.lit(value, rows.schema[name]))
            .otherwise(pl.col(name))
            .alias(name)
            for name, value in flaw.items()
        )
    order = np.argsort(np.concatenate([np.arange(rows.height), place + 0.5]), kind="stable")
    both: pl.DataFrame = pl.concat([rows, broken.drop("flaw")])[order.tolist()]
    return both


def maybe(chance: np.random.Generator, values: pl.Series | Any, share: float) -> pl.Series:
    """`values`, empty in all but about `share` of the places."""
    series = pl.Series(values)
    empty = pl.Series(chance.random(len(series)) >= share)
    return series.set(empty, None)


def dutch_date(name: str) -> pl.Expr:
    """A date as 6 mrt 2025."""
    day = pl.col(name).cast(pl.Date)
    month = (day.dt.month().cast(pl.Int64) - 1).replace_strict(dict(enumerate(MONTHS)))
    return pl.format("{} {} {}", day.dt.day(), month, day.dt.year()).alias(name)


def with_offset(name: str) -> pl.Expr:
    """A local moment as 2026-03-05T10:11:12+01:00."""
    return local_to_utc(name).dt.convert_time_zone("Europe/Amsterdam").dt.strftime(
        "%Y-%m-%dT%H:%M:%S%:z"
    )  # fmt: skip


def local_to_utc(name: str) -> pl.Expr:
    """The instant of a local moment: an hour later where the clock skips it, else the first."""

    def placed(moment: pl.Expr) -> pl.Expr:
        return moment.dt.replace_time_zone(
            "Europe/Amsterdam", ambiguous="earliest", non_existent="null"
        )

    local = pl.coalesce(placed(pl.col(name)), placed(pl.col(name).dt.offset_by("1h")))
    return local.dt.convert_time_zone("UTC").alias(name)


def dutch_amount(cents: pl.Expr) -> pl.Expr:
    """1234567 as 12.345,67."""
    size = cents.abs()
    euros = size // 100
    thousands = (euros // 1000 % 1000).cast(pl.String)
    ones = (euros % 1000).cast(pl.String)
    whole = (
        pl.when(euros >= 1_000_000)
        .then(pl.format("{}.{}.{}", euros // 1_000_000, thousands.str.zfill(3), ones.str.zfill(3)))
        .when(euros >= 1000)
        .then(pl.format("{}.{}", thousands, ones.str.zfill(3)))
        .otherwise(ones)
    )
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format("{}{},{}", sign, whole, (size % 100).cast(pl.String).str.zfill(2))


def write_lines(
    path: Path,
    frame: pl.DataFrame,
    *,
    separator: str,
    encoding: str,
    line_end: str = "\r\n",
) -> None:
    """Writes a CSV, quoted only where needed; nulls are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = frame.write_csv(separator=separator, line_terminator=line_end, null_value="")
    path.write_bytes(text.encode(encoding))


def write_objects(path: Path, frame: pl.DataFrame, *, as_list: bool) -> None:
    """Writes JSON in UTF-8: one list of objects, or an object per line."""
    path.write_text(frame.write_json() if as_list else frame.write_ndjson(), encoding="utf-8")


def write_workbook(
    path: Path,
    town: Town,
    sheet: str,
    columns: Mapping[str, Sequence[Any]],
    *,
    dates: str = "dd-mm-yyyy hh:mm:ss",
    before: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Writes a workbook with real dates and numbers, and a made-on date that does not change.

    Args:
        before: sheets with lines of text that stand before the one with the data.
    """
    from xlsxwriter import Workbook

    book = Workbook(str(path), {"default_date_format": dates})
    made = dt.datetime.combine(town.as_of, dt.time(12))
    book.set_properties({"created": made, "comments": "Verzonnen voorbeeldgegevens"})
    for name, lines in (before or {}).items():
        book.add_worksheet(name).write_column(0, 0, lines)
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, list(columns))
    for number, cells in enumerate(columns.values()):
        page.write_column(1, number, cells)
    book.close()
