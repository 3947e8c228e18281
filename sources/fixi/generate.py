"""Invented reports about public space: one JSON list per file, moments with their offset.

The time between the work and the word to the reporter shrinks. Some reports are a part of another,
some were told before the work was done, some were reopened, and those that stay open have a cause.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import (
    correct_later,
    delivered,
    exports,
    maybe,
    with_flaws,
    with_offset,
    write_objects,
)
from sources.town import DAY, WEB, Floats, Integers, Rows, Town, between, column, moments, pick
from sources.truth import MONTHLY, Truth, mean_truth, periods, share_truth
from sources.working_days import Days, days_of, lag

REPORTS = 9_000
#: Category, weight, days of work, working days until word on the first and on the last day. Trees
#: and plants get slower.
CATEGORIES = (
    ("afval", 26.0, 4.0, 4.0, 1.0),
    ("wegen", 22.0, 12.0, 7.0, 3.0),
    ("groen", 20.0, 14.0, 4.0, 8.0),
    ("verlichting", 12.0, 8.0, 6.0, 2.0),
    ("water en riolering", 9.0, 7.0, 6.0, 2.5),
    ("speelplaatsen", 6.0, 16.0, 6.0, 4.0),
    ("ondergrondse container", 5.0, 2.0, 3.0, 1.0),
)
CAUSES = ("planning", "wacht_op_derde", "weer", "materiaal", "onbekend")
#: Kern, weight, and a point in its middle (EPSG:28992).
PLACES = (
    ("Dronten", 70.0, 176_300, 506_700),
    ("Swifterbant", 16.0, 170_900, 509_200),
    ("Biddinghuizen", 14.0, 177_600, 497_400),
)
MOMENTS = ("aangemaakt_op", "afgehandeld_op", "afgemeld_op")
FLAWS = (
    {"aangemaakt_op": "2025-06-31T08:00:00+02:00"},
    {"melding_id": None},
    {"categorie": None},
    {"afgemeld_op": "ja"},
    {"aangemaakt_op": None},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `reports` and returns the true public_space_feedback_lag."""
    reports = _reports(town)
    chance = town.chance("fixi.delivery")
    dates = exports(town, months=3, overlap=14)
    parts = [delivered(export, reports, MOMENTS[0], MOMENTS[1:]) for export in dates]
    # Reopened: the work seemed to be done the next day, and was done much later.
    wrong = [
        (pl.col("aangemaakt_op") + pl.duration(days=1)).alias("afgehandeld_op"),
        (pl.col("aangemaakt_op") + pl.duration(days=2)).alias("afgemeld_op"),
    ]
    parts = correct_later(chance, parts, 2, "melding_id", town.many(30), wrong)
    for export, part in zip(dates, parts, strict=True):
        rows = part.with_columns(
            *[with_offset(name) for name in MOMENTS],
            oorzaak_open=pl.when(pl.col("afgehandeld_op").is_null()).then("oorzaak_open"),
        )
        rows = with_flaws(chance, rows, "melding_id", FLAWS, town.key(f"{export.name}-"))
        write_objects(folder / f"{town.file(f'reports_{export.name}')}.json", rows, as_list=True)
    return truth(town, reports)


def truth(town: Town, reports: pl.DataFrame) -> Truth:
    """Median lag by the day of the word; beside it what is open too long at the period's end."""
    whole = reports.filter(pl.col("hoofdmelding_id").is_null())
    made, handled, told = (days_of(whole[name]) for name in MOMENTS)
    today = np.datetime64(town.as_of, "D")
    both = (handled <= today) & (told <= today) & (made <= today)
    facts = pl.DataFrame(
        {
            "day": told[both],
            "number": lag(handled[both], told[both]),
            "category": whole["categorie"].filter(pl.Series(both)),
        }
    )
    rows = mean_truth("public_space_feedback_lag", facts, "category", how="median")
    return rows + _open_truth(town, made, handled)


def _open_truth(town: Town, made: Days, handled: Days) -> Truth:
    stocks: Truth = []
    first = pl.Series(made).min()
    for grain in MONTHLY:
        for start, judged in periods(town, grain, first):  # type: ignore[arg-type]
            day = np.datetime64(judged, "D")
            is_open = (made <= day) & (np.isnat(handled) | (handled > day))
            is_old = is_open & ((day - made).astype(np.int64) > 30)
            fact = pl.DataFrame({"day": [start], "hit": [is_old.sum()], "all": [is_open.sum()]})
            stocks += share_truth(
                "public_space_feedback_lag", fact, measure="open_over_30_days", grains=(grain,)
            )
    return stocks


def _reports(town: Town) -> pl.DataFrame:
    chance = town.chance("fixi")
    count = town.many(REPORTS)
    at = moments(town, chance, count, WEB, beyond=2)
    progress = np.clip(town.progress(at), 0, 1)
    category = pick(chance, [row[1] for row in CATEGORIES], count)
    # Grass grows in spring, and lamps fail in the dark.
    month = at.dt.month().to_numpy()
    category = np.where(np.isin(month, [5, 6]) & (chance.random(count) < 0.15), 2, category)
    category = np.where(np.isin(month, [11, 12, 1]) & (chance.random(count) < 0.1), 3, category)
    work = column(CATEGORIES, 2, category).astype(np.float64)
    first, last = (column(CATEGORIES, place, category).astype(np.float64) for place in (3, 4))
    handled = _later(chance, at, -np.log1p(-chance.random(count)) * work)
    until_word = (first + (last - first) * progress) * 1.4
    told = _later(chance, handled, -np.log1p(-chance.random(count)) * until_word)
    early = chance.random(count) < 0.01
    told = told.zip_with(pl.Series(~early), handled.dt.offset_by("-2d"))
    is_open = chance.random(count) < 0.003 + 0.01 * (progress > 0.95)
    silent = is_open & ~early | (chance.random(count) < 0.10 - 0.06 * progress)
    number = np.arange(count) + 20_001
    main = np.where((chance.random(count) < 0.06) & (number > 20_050),
                    number - between(chance, 1, 40, count), 0)  # fmt: skip
    kern = pick(chance, [row[1] for row in PLACES], count)
    spread = (chance.random((2, count)) - 0.5) * 2_000
    return pl.DataFrame(
        {
            "number": number,
            "categorie": column(CATEGORIES, 0, category),
            "aangemaakt_op": at,
            "afgehandeld_op": handled.set(pl.Series(is_open), None),
            "afgemeld_op": told.set(pl.Series(silent), None),
            "main": main,
            "oorzaak_open": maybe(
                chance, np.array(CAUSES)[pick(chance, [45, 25, 10, 12, 8], count)], 0.9
            ),
            "kern": column(PLACES, 0, kern),
            "rd_x": _metres(PLACES, 2, kern, spread[0]),
            "rd_y": _metres(PLACES, 3, kern, spread[1]),
        }
    ).select(
        pl.format("{}{}", pl.lit(town.key("FX")), "number").alias("melding_id"),
        "categorie",
        *MOMENTS,
        pl.when(pl.col("main") > 0)
        .then(pl.format("{}{}", pl.lit(town.key("FX")), "main"))
        .alias("hoofdmelding_id"),
        "oorzaak_open",
        "kern",
        "rd_x",
        "rd_y",
    )


def _later(chance: np.random.Generator, start: pl.Series, days: Floats) -> pl.Series:
    """So many days later, between seven and eleven; nobody sweeps the street at night."""
    whole = pl.Series(np.round(days) * DAY * 1_000_000).cast(pl.Duration("us"))
    second = pl.Series((7 + 16 * chance.random(len(start))) * 3600).round() * 1_000_000
    moment = (start + whole).dt.truncate("1d") + second.cast(pl.Duration("us"))
    soon = pl.col("start") + pl.duration(minutes=20)
    frame = pl.DataFrame({"start": start, "moment": moment})
    return frame.select(pl.max_horizontal("moment", soon)).to_series()


def _metres(rows: Rows, place: int, kern: Integers, spread: Floats) -> Floats:
    return np.asarray(np.round(column(rows, place, kern) + spread, 1))
