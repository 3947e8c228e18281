"""Invented logins of a residents' portal: commas, UTF-8, moments with their offset.

Households come and go and become more; companies (eHerkenning) use the same portal. Two
deliveries overlap, and the last one was made two days after the as-of date.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import delivered, exports, with_flaws, with_offset, write_lines
from sources.town import WEB, Town, between, moments, pick
from sources.truth import MONTHLY, Truth, TruthRow, periods

LOGINS = 6_200
#: Households that use the portal on the first and on the last day, and that leave it meanwhile.
FIRST, LAST, GONE = 215, 300, 120
#: Companies; a few have the number of a household too, and are none for that.
COMPANIES = 60
MEANS = ("DigiD", "eHerkenning", "eIDAS")
FLAWS = (
    {"ingelogd_op": "2025-02-29T10:00:00+01:00"},
    {"inlog_id": None},
    {"huishouden_id": None},
    {"ingelogd_op": "vorige week"},
    {"inlogmiddel": None},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `logins` and returns the true mijndronten_users."""
    logins = _logins(town)
    chance = town.chance("mijndronten.delivery")
    for export in exports(town, months=3, overlap=21):
        rows = delivered(export, logins, "ingelogd_op").with_columns(with_offset("ingelogd_op"))
        mark = town.key(f"{export.name}-")
        write_lines(
            folder / f"{town.file(f'logins_{export.name}')}.csv",
            with_flaws(chance, rows, "inlog_id", FLAWS, mark),
            separator=",",
            encoding="utf-8",
            line_end="\n",
        )
    return truth(town, logins)


def truth(town: Town, logins: pl.DataFrame) -> Truth:
    """Households with a DigiD login in the twelve months up to the month of the judged day.

    Only where the twelve months were delivered.
    """
    residents = logins.select(
        "huishouden_id",
        means=pl.col("inlogmiddel").str.strip_chars().str.to_lowercase(),
        day=pl.col("ingelogd_op").dt.date(),
    ).filter(pl.col("means") == "digid", pl.col("day") <= town.as_of)
    if residents.is_empty():
        return []
    first: dt.date = residents["day"].min()  # type: ignore[assignment]
    delivered: dt.date = logins["ingelogd_op"].dt.month_start().dt.date().min()  # type: ignore[assignment]
    rows: list[TruthRow] = []
    for grain in MONTHLY:
        for start, judged in periods(town, grain, first):
            since = dt.date(judged.year - (judged.month < 12), judged.month % 12 + 1, 1)
            if since < delivered:
                continue
            seen = residents.filter(pl.col("day").is_between(since, judged))
            users = seen["huishouden_id"].n_unique()
            key = ("mijndronten_users", grain, start.isoformat(), "total", "total")
            rows.append((*key, users, None, None))
    return rows


def _logins(town: Town) -> pl.DataFrame:
    chance = town.chance("mijndronten")
    count = town.many(LOGINS)
    at = moments(town, chance, count, WEB, beyond=2)
    # Everybody looks up the tax bill in February and March.
    progress = town.progress(at)
    active = FIRST + (LAST - FIRST) * progress
    place = GONE * progress + chance.random(count) * active
    household = 10_000 + (place * max(town.scale, 1 / FIRST)).astype(np.int64)
    company = 80_000 + between(chance, 0, town.many(COMPANIES) - 1, count)
    means = pick(chance, [81, 17, 2], count)
    shared = chance.random(count) < 0.1
    who = np.where((means == 1) & ~shared, company, household)
    spelling = np.array([["digid", "eherkenning", "eidas"], MEANS])
    return pl.DataFrame(
        {
            "who": who,
            "ingelogd_op": at,
            "inlogmiddel": spelling[(progress > 0.4).astype(np.int64), means],
        }
    ).select(
        pl.format("{}{}", pl.lit(town.key("MD")), pl.int_range(pl.len()) + 200_001).alias(
            "inlog_id"
        ),
        pl.format("{}{}", pl.lit(town.key("HH")), "who").alias("huishouden_id"),
        "ingelogd_op",
        "inlogmiddel",
    )
