"""Invented searches on the website: tabs, instants in UTC, true and false.

A new search engine finds more from one day on, and people open more of what they find.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import delivered, exports, local_to_utc, maybe, with_flaws, write_lines
from sources.town import WEB, Rhythm, Town, moments
from sources.truth import Truth, share_truth

SEARCHES = 28_000
#: When the new engine came, as a part of the sample.
NEW_ENGINE = 0.55
#: More every year.
RHYTHM = Rhythm(WEB.weekdays, WEB.hours, WEB.months, growth=0.2)
FLAWS = (
    {"gezocht_op": "2025-02-30T10:00:00Z"},
    {"zoekopdracht_id": None},
    {"geopend": "misschien"},
    {"aantal_resultaten": "veel"},
    {"aantal_resultaten": None},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `searches` and returns the true search_success."""
    searches = _searches(town)
    chance = town.chance("search_log.delivery")
    for export in exports(town, months=1, overlap=2):
        rows = delivered(export, searches, "gezocht_op").select(
            local_to_utc("gezocht_op").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "zoekopdracht_id",
            pl.col("aantal_resultaten").cast(pl.String),
            pl.col("geopend").cast(pl.String),
            "bron",
        )
        write_lines(
            folder / f"{town.file(f'searches_{export.name}')}.tsv",
            with_flaws(chance, rows, "zoekopdracht_id", FLAWS, town.key(f"{export.name}-")),
            separator="\t",
            encoding="utf-8",
            line_end="\n",
        )
    return truth(town, searches)


def truth(town: Town, searches: pl.DataFrame) -> Truth:
    facts = searches.select(
        day=pl.col("gezocht_op").dt.date(),
        hit=pl.col("geopend").cast(pl.Int64),
        empty=(pl.col("aantal_resultaten") == 0).cast(pl.Int64),
        all=pl.lit(1),
    ).filter(pl.col("day") <= town.as_of)
    rows = share_truth("search_success", facts)
    without = facts.with_columns(hit="empty")
    return rows + share_truth("search_success", without, measure="without_results")


def _searches(town: Town) -> pl.DataFrame:
    chance = town.chance("search_log")
    count = town.many(SEARCHES)
    at = moments(town, chance, count, RHYTHM, beyond=2)
    progress = town.progress(at)
    new = progress >= NEW_ENGINE
    found = chance.random(count) >= np.where(new, 0.09, 0.21)
    results = np.where(found, 1 + (-np.log1p(-chance.random(count)) * 14).astype(np.int64), 0)
    opened = found & (chance.random(count) < 0.62 + 0.08 * progress + 0.06 * new)
    source = np.where(chance.random(count) < 0.7, "website", "generieke_zoekmachine")
    return pl.DataFrame(
        {
            "number": np.arange(count) + 500_001,
            "gezocht_op": at,
            "bron": maybe(chance, source, 0.97),
            "aantal_resultaten": results,
            # A few opened something though nothing was found: the list of suggestions.
            "geopend": opened | (chance.random(count) < 0.002),
        }
    ).select(
        pl.format("{}{}", pl.lit(town.key("Q")), "number").alias("zoekopdracht_id"),
        pl.exclude("number"),
    )
