"""Invented trainings of invented staff: semicolons, dates as 1-4-2024, the whole list every time.

No person stands behind a number. Teams are small, so that much must be hidden; people come and
go, and in one team hardly anybody finds the time.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import Export, exports, spelt, with_flaws, write_lines
from sources.town import Town, between, choose, column, pick
from sources.truth import QUARTERLY, Truth, periods, share_truth

STAFF, NEW = 230, 60
WRITING, WORKING = "b1_schrijven", "integraal_werken"
#: Team, weight, share that completes the writing course within the sample.
TEAMS = (
    ("Jeugd, Participatie & Wmo", 34.0, 0.92),
    ("Werk, Inkomen & Leerrecht", 28.0, 0.85),
    ("Burgerzaken", 16.0, 0.88),
    ("Klant Contact Centrum", 12.0, 0.95),
    ("Vergunningen & Handhaving", 9.0, 0.35),
    ("Griffie & café", 1.5, 0.6),
)
WIL = 1
FLAWS = (
    {"afgerond_op": "31-6-2025"},
    {"medewerker_id": None},
    {"in_doelgroep": "onbekend"},
    {"training": None},
    {"in_dienst_sinds": "32-1-2020"},
)
DATES = ("in_dienst_sinds", "uit_dienst_per", "afgerond_op")


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `staff_training` and returns both true coverages."""
    staff = _staff(town)
    chance = town.chance("hr_training.delivery")
    for export in exports(town, months=3):
        rows = _known(town, export, staff).with_columns(
            pl.col(DATES).dt.strftime("%-d-%-m-%Y"),
            pl.when("in_doelgroep").then(pl.lit("Ja")).otherwise(pl.lit("Nee"))
            .alias("in_doelgroep"),
        )  # fmt: skip
        write_lines(
            folder / f"{town.file(f'staff_training_{export.name}')}.csv",
            with_flaws(
                chance, rows.drop("naam"), "medewerker_id", FLAWS, town.key(f"{export.name}-")
            ),
            separator=";",
            encoding="cp1252",
        )
    return truth(town, staff)


def truth(town: Town, staff: pl.DataFrame) -> Truth:
    """Writing as a stock at each quarter's end; working together by the quarter of entering."""
    code = pl.col("training").str.strip_chars().str.to_lowercase()
    scope = staff.filter("in_doelgroep").with_columns(code.alias("code"))
    writing = scope.filter(pl.col("code") == WRITING)
    rows: Truth = []
    for grain in QUARTERLY:
        for start, judged in periods(town, grain, town.first_day):
            present = writing.filter(
                pl.col("in_dienst_sinds").is_null() | (pl.col("in_dienst_sinds") <= judged),
                pl.col("uit_dienst_per").is_null() | (pl.col("uit_dienst_per") > judged),
            )
            facts = _completed(present, judged).with_columns(day=pl.lit(start))
            rows += share_truth("b1_training_coverage", facts, "team", grains=(grain,))
    entered = scope.filter(
        pl.col("code") == WORKING, pl.col("in_dienst_sinds") <= town.as_of
    ).with_columns(day="in_dienst_sinds")
    facts = _completed(entered, town.as_of)
    return rows + share_truth("onboarding_training_coverage", facts, "team", grains=QUARTERLY)


def _completed(staff: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    done = (pl.col("afgerond_op") <= day).fill_null(False)
    return staff.with_columns(hit=done.cast(pl.Int64), all=pl.lit(1), team="naam")


def _known(town: Town, export: Export, staff: pl.DataFrame) -> pl.DataFrame:
    """Everybody who had come by then; courses done later are not known yet."""
    last = export.until.date()
    came = pl.col("in_dienst_sinds").is_null() | (pl.col("in_dienst_sinds") <= last)
    # Of a few the course was booked in the wrong year until the last list.
    mistaken = (pl.col("number") % 61 == 7) & pl.lit(export.until.year < town.as_of.year)
    done = (
        pl.when(mistaken).then(pl.col("afgerond_op").dt.offset_by("-3mo")).otherwise("afgerond_op")
    )
    return (
        staff.filter(came)
        .with_columns(done.alias("afgerond_op"))
        .with_columns(
            pl.when(pl.col("afgerond_op") <= last).then("afgerond_op").alias("afgerond_op")
        )
        .drop("number")
    )


def _staff(town: Town) -> pl.DataFrame:
    chance = town.chance("hr_training")
    old, new = town.many(STAFF), town.many(NEW)
    count = old + new
    team = pick(chance, [row[1] for row in TEAMS], count)
    # New staff of the first promise: they come to one team in particular.
    team = np.where((np.arange(count) >= old) & (chance.random(count) < 0.55), WIL, team)
    window = (town.as_of - town.first_day).days
    first = np.datetime64(town.first_day, "D")
    is_new = np.arange(count) >= old
    since = first - between(chance, 30, 9_000, count)
    since[old:] = first + np.sort(between(chance, 3, window - 1, new))
    wants = chance.random(count) < column(TEAMS, 2, team).astype(np.float64)
    done = np.maximum(first + (chance.random(count) ** 1.6 * window).astype(np.int64), since + 20)
    leaves = ~is_new & (chance.random(count) < 0.16)
    gone = first + between(chance, 60, window + 90, count)
    never = np.datetime64("NaT", "D")
    names = pl.Series("team", column(TEAMS, 0, team))
    writing = pl.DataFrame(
        {
            "number": np.arange(count) + 2001,
            "team": names,
            "training": [WRITING] * count,
            "in_dienst_sinds": pl.Series(since).set(pl.Series(chance.random(count) < 0.02), None),
            "uit_dienst_per": np.where(leaves, gone, never),
            "in_doelgroep": chance.random(count) < 0.85,
            "afgerond_op": np.where(wants & ~(leaves & (done > gone)), done, never),
            "naam": names,
        }
    )
    start = choose(chance, np.flatnonzero(is_new), new)
    late = since + between(chance, 20, 200, count)
    working = writing[start.tolist()].with_columns(
        training=pl.lit(WORKING),
        in_doelgroep=pl.lit(True),
        in_dienst_sinds=pl.Series(since[start]),
        afgerond_op=pl.Series(np.where(chance.random(count) < 0.93, late, never)[start]),
    )
    staff = pl.concat([writing, working])
    key = pl.format("{}{}", pl.lit(town.key("M")), "number").alias("medewerker_id")
    named: pl.DataFrame = staff.with_columns(spelt(chance, staff["team"], 0.03))
    return named.select(key, pl.all())
