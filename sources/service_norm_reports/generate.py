"""Invented reports of unmet service norms: semicolons, UTF-8 with a mark, dates as 31-12-25 09:15.

The reports started a few months after the sample does, became known, and are now getting fewer.
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
    spelt,
    with_flaws,
    write_lines,
)
from sources.town import WEB, Town, answers, column, moments, pick
from sources.truth import Truth, count_truth

REPORTS = 760
NORM, TEXT = "dienstverleningsnorm", "onbegrijpelijke_tekst"
#: Team, weight at the start and at the end; the last gets worse.
TEAMS = (
    ("Werk, Inkomen & Leerrecht", 25.0, 10.0),
    ("Beheer openbare ruimte", 22.0, 14.0),
    ("Burgerzaken", 16.0, 8.0),
    ("Belastingen", 14.0, 10.0),
    ("Jeugd, Participatie & Wmo", 12.0, 9.0),
    ("Vergunningen & Handhaving", 8.0, 30.0),
)
CHANNELS = ("brief", "website", "email", "social_media")
REMARKS = ("Niet teruggebeld", "Brief niet te begrijpen", "Geen ontvangstbevestiging")
FLAWS = (
    {"ontvangen_op": "31-11-25 10:15"},
    {"melding_id": None},
    {"soort": None},
    {"ontvangen_op": "maandag"},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `reports` and returns the true numbers of both kinds."""
    reports = _reports(town)
    chance = town.chance("service_norm_reports.delivery")
    dates = exports(town, months=3, overlap=14)
    parts = [delivered(export, reports, "ontvangen_op", ["afgehandeld_op"]) for export in dates]
    wrong = [pl.lit(TEXT).alias("soort")]
    parts = correct_later(chance, parts, 1, "melding_id", town.many(5), wrong)
    for export, part in zip(dates, parts, strict=True):
        rows = part.select(
            pl.col("ontvangen_op", "afgehandeld_op").dt.strftime("%d-%m-%y %H:%M"),
            "melding_id",
            "team",
            "soort",
            "kanaal",
            "toelichting",
        )
        write_lines(
            folder / f"{town.file(f'reports_{export.name}')}.csv",
            with_flaws(chance, rows, "melding_id", FLAWS, town.key(f"{export.name}-")),
            separator=";",
            encoding="utf-8-sig",
        )
    return truth(town, reports)


def truth(town: Town, reports: pl.DataFrame) -> Truth:
    kind = pl.col("soort").str.strip_chars().str.to_lowercase()
    received = reports.select(
        kind.alias("kind"),
        day=pl.col("ontvangen_op").dt.date(),
        number=pl.lit(1),
        team="naam",
        channel=pl.col("kanaal").str.strip_chars().str.to_lowercase(),
    ).filter(pl.col("day") <= town.as_of)
    if received.is_empty():
        return []
    span = (received["day"].min(), received["day"].max())
    rows: Truth = []
    for kpi_id, soort, dimension in (
        ("service_norm_reports", NORM, "team"),
        ("unclear_text_reports", TEXT, "channel"),
    ):
        facts = received.filter(pl.col("kind") == soort)
        rows += count_truth(kpi_id, facts, dimension, span=span)  # type: ignore[arg-type]
    return rows


def _reports(town: Town) -> pl.DataFrame:
    chance = town.chance("service_norm_reports")
    at = moments(town, chance, town.many(REPORTS) * 2, WEB, beyond=2)
    # Few know of it at first, and after a year and a half there is less to report.
    progress = town.progress(at)
    share = np.clip((progress - 0.18) * 5, 0, 1) * np.clip(1.25 - progress, 0.2, 1)
    at = at.filter(pl.Series(chance.random(len(at)) < share))
    count = len(at)
    progress = town.progress(at)
    team = np.where(
        chance.random(count) < progress,
        pick(chance, [row[2] for row in TEAMS], count),
        pick(chance, [row[1] for row in TEAMS], count),
    )
    kind = np.where(chance.random(count) < 0.38, TEXT, NORM)
    channel = np.array(CHANNELS)[pick(chance, [50, 28, 14, 8], count)]
    luck = chance.random(count)
    names = pl.Series("team", column(TEAMS, 0, team))
    known = pl.Series(chance.random(count) < 0.95)
    handled = answers(chance, at, 5, chance.random(count) < 0.2, slowness=6, never=0.04)
    remark = np.array(REMARKS)[pick(chance, [1, 1, 1], count)]
    return pl.DataFrame(
        {
            "melding_id": [f"{town.key('DN')}{number}" for number in range(3001, 3001 + count)],
            "soort": np.where(luck < 0.05, np.char.capitalize(kind), kind),
            "team": spelt(chance, names).set(~known, None),
            "kanaal": maybe(chance, np.where(luck > 0.95, np.char.upper(channel), channel), 0.97),
            "ontvangen_op": at,
            "afgehandeld_op": handled,
            "toelichting": maybe(chance, remark, 0.4),
            "naam": names.set(~known, None),
        }
    )
