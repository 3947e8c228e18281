"""Invented runs of software robots: JSON lines with numbers and local moments.

The first robot ran from the start, the others came one after the other; each fails less with time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import correct_later, delivered, exports, maybe, with_flaws, write_objects
from sources.town import DAILY, Town, between, column, drifting, moments, pick
from sources.truth import Truth, count_truth, share_truth

RUNS = 3_400
#: Process, weight, when it started (0: the first day, 1: the last), items per run, minutes by hand,
#: share that fails on the first and on the last day.
PROCESSES = (
    ("tonk", 20.0, 0.0, 14, 22.5, 0.14, 0.04),
    ("inkomende_post", 34.0, 0.15, 60, 2.5, 0.12, 0.05),
    ("mylex_metadata", 14.0, 0.3, 120, 1.5, 0.10, 0.04),
    ("milieudossiers", 12.0, 0.45, 20, 12.0, 0.20, 0.24),
    ("wabo_dossiers", 12.0, 0.6, 18, 15.0, 0.16, 0.08),
    ("participatiewet", 16.0, 0.75, 25, 18.0, 0.18, 0.10),
)
FLAWS = (
    {"gestart_op": "2025-09-31T02:00:00"},
    {"run_id": None},
    {"proces": None},
    {"gestart_op": None},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `runs` and returns the true softbot_cases."""
    runs = _runs(town)
    chance = town.chance("softbot_log.delivery")
    dates = exports(town, months=1, overlap=4)
    parts = [delivered(export, runs, "gestart_op") for export in dates]
    # The counter of failures was not read at first.
    wrong = [pl.lit(0).alias("aantal_uitval"), pl.col("aantal_aangeboden").alias("aantal_verwerkt")]
    parts = correct_later(chance, parts, 2, "run_id", town.many(20), wrong)
    for export, part in zip(dates, parts, strict=True):
        rows = part.with_columns(pl.col("gestart_op").dt.strftime("%Y-%m-%dT%H:%M:%S"))
        rows = with_flaws(chance, rows, "run_id", FLAWS, town.key(f"{export.name}-"))
        write_objects(folder / f"{town.file(f'runs_{export.name}')}.json", rows, as_list=False)
    return truth(town, runs)


def truth(town: Town, runs: pl.DataFrame) -> Truth:
    facts = runs.select(
        day=pl.col("gestart_op").dt.date(),
        process=pl.col("proces").str.strip_chars().str.to_lowercase(),
        number="aantal_verwerkt",
        hours=pl.col("aantal_verwerkt") * pl.col("minuten_per_stuk_handmatig") / 60,
        hit="aantal_uitval",
        all="aantal_aangeboden",
    ).filter(pl.col("day") <= town.as_of)
    span = (facts["day"].min(), facts["day"].max())
    saved = facts.filter(pl.col("hours").is_not_null()).with_columns(number="hours")
    return [
        *count_truth("softbot_cases", facts, "process", span=span),  # type: ignore[arg-type]
        *count_truth("softbot_cases", saved, measure="hours_saved"),
        *share_truth("softbot_cases", facts, measure="failed_share"),
    ]


def _runs(town: Town) -> pl.DataFrame:
    chance = town.chance("softbot_log")
    drawn = moments(town, chance, town.many(RUNS * 1.55), DAILY, beyond=2)
    process = pick(chance, [row[1] for row in PROCESSES], len(drawn))
    is_there = town.progress(drawn) >= column(PROCESSES, 2, process).astype(np.float64)
    at, process = drawn.filter(pl.Series(is_there)), process[is_there]
    count = len(at)
    size = column(PROCESSES, 3, process).astype(np.int64)
    offered = np.maximum(1, (size * (0.4 + 1.2 * chance.random(count))).astype(np.int64))
    share = drifting(PROCESSES, (5, 6), process, np.clip(town.progress(at), 0, 1))
    failed = np.minimum(
        offered, (offered * share * 2 * chance.random(count) + 0.5).astype(np.int64)
    )
    # A few items wait for the next run: neither done nor failed.
    waiting = np.minimum(offered - failed, between(chance, 0, 8, count) // 8)
    names = column(PROCESSES, 0, process)
    minutes = column(PROCESSES, 4, process).astype(np.float64)
    return pl.DataFrame(
        {
            "number": np.arange(count) + 40_001,
            "proces": np.where(chance.random(count) < 0.02, np.char.upper(names), names),
            "gestart_op": at,
            "aantal_aangeboden": offered,
            "aantal_verwerkt": offered - failed - waiting,
            "aantal_uitval": failed,
            "minuten_per_stuk_handmatig": maybe(chance, minutes, 0.98),
        }
    ).select(
        pl.format("{}{}", pl.lit(town.key("RUN-")), "number").alias("run_id"),
        pl.exclude("number"),
    )
