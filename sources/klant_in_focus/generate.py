"""Invented satisfaction responses: workbooks with real dates, forms on three scales.

A few cells hold text where a number or a date belongs, and the last workbook corrects records of
the years before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sources.delivery import write_workbook
from sources.town import Town, between, choose, moments, pick
from sources.truth import Truth, share_truth

RESPONSES = 6_600

#: Form, scale, weight, share of satisfied users on the first and on the last day. Moving house got
#: better after a redesign, benefits got worse; the last two forms have few responses.
FORMS = (
    ("Afspraak maken", 5, 20.0, 0.84, 0.92),
    ("Verhuizing doorgeven", 5, 16.0, 0.72, 0.93),
    ("Melding openbare ruimte", 10, 16.0, 0.78, 0.86),
    ("Uittreksel aanvragen", 2, 12.0, 0.86, 0.92),
    ("Afvalpas aanvragen", 2, 10.0, 0.84, 0.90),
    ("Contactformulier", 10, 9.0, 0.76, 0.81),
    ("Parkeervergunning aanvragen", 5, 8.0, 0.80, 0.85),
    ("Bijstand aanvragen", 10, 6.0, 0.82, 0.68),
    ("Subsidie aanvragen", 5, 2.0, 0.75, 0.80),
    ("Evenement melden", 5, 0.6, 0.70, 0.80),
    ("Standplaats aanvragen", 10, 0.4, 0.70, 0.75),
)
REMARKS = ("Ging snel", "Ik moest twee keer inloggen", "Fijn formulier", "Duurde lang", "Prima zo")
HEADER = ("reactie_id", "ingezonden_op", "formulier", "score", "schaal_max", "opmerking")


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `responses` and returns the true website_satisfaction."""
    responses = _responses(town)
    _write(town, responses, folder)
    enough = pl.col("schaal_max").replace_strict({2: 2.0, 5: 4.0, 10: 7.0})
    counted = responses.select(
        day=pl.col("ingezonden_op").dt.date(),
        hit=(pl.col("score") >= enough).cast(pl.Int64),
        all=pl.lit(1),
        form="naam",
    )
    return share_truth("website_satisfaction", counted, "form")


def _responses(town: Town) -> pl.DataFrame:
    """Every response as it finally is."""
    chance = town.chance("klant_in_focus")
    count = town.many(RESPONSES)
    at = moments(town, chance, count)
    form = pick(chance, np.array([row[2] for row in FORMS]), count)
    scale = np.array([row[1] for row in FORMS])[form]
    first = np.array([row[3] for row in FORMS])[form]
    last = np.array([row[4] for row in FORMS])[form]
    # Summer closing weeks leave people waiting.
    summer = np.isin(at.dt.month().to_numpy(), [7, 8])
    satisfied = chance.random(count) < first + (last - first) * town.progress(at) - 0.03 * summer
    luck = chance.random(count)
    half = chance.random(count) < 0.1
    high, low = {2: (2, 2), 5: (4, 5), 10: (7, 10)}, {2: (1, 1), 5: (1, 3), 10: (1, 6)}
    score = np.zeros(count)
    for size in (2, 5, 10):
        for good, (start, end) in ((True, high[size]), (False, low[size])):
            here = (scale == size) & (satisfied == good)
            score[here] = start + np.floor(luck[here] * (end - start + 1))
    score = np.where(half & (scale == 10) & (score < 10), score + 0.5, score)
    names = np.array([row[0] for row in FORMS])[form]
    spelt = np.where(chance.random(count) < 0.02, np.char.lower(names), names)
    # A form is shown as it was first delivered.
    opening = np.unique(names, return_index=True)[1]
    spelt = np.where(np.isin(np.arange(count), opening), names, spelt)
    has_remark = chance.random(count) < 0.05
    remark = np.array(REMARKS)[between(chance, 0, len(REMARKS) - 1, count)]
    return pl.DataFrame(
        {
            "reactie_id": [
                f"{town.key('KIF')}{number}" for number in range(50_001, 50_001 + count)
            ],
            "ingezonden_op": at,
            "formulier": spelt,
            "score": score,
            "schaal_max": scale,
            "opmerking": pl.Series(remark).zip_with(
                pl.Series(has_remark), pl.Series([None] * count, dtype=pl.String)
            ),
            "naam": names,
        }
    )


def _write(town: Town, responses: pl.DataFrame, folder: Path) -> None:
    chance = town.chance("klant_in_focus.delivery")
    at = responses["ingezonden_op"].dt.year()
    year = town.as_of.year
    numbers = np.arange(responses.height)
    corrected = choose(chance, numbers[(at == year - 1).to_numpy()], town.many(20))
    first_version = responses.with_columns(
        score=pl.when(pl.Series(np.isin(numbers, corrected))).then(1.0).otherwise("score")
    )
    for name in range(year - 3, year + 1):
        part = first_version.filter(at == name)
        if name == year:
            part = pl.concat([part, responses[corrected.tolist()]])
        path = folder / f"{town.file(f'responses_{name}')}.xlsx"
        write_workbook(path, town, "Reacties", _cells(chance, part, town.key(f"KIF{name}X")))


def _cells(chance: np.random.Generator, part: pl.DataFrame, mark: str) -> dict[str, list[Any]]:
    """The columns of one sheet; one row in two hundred extra cannot be read."""
    cells: dict[str, list[Any]] = {column: part[column].to_list() for column in HEADER}
    count = max(1, round(part.height / 200)) if part.height else 0
    for number, place in enumerate(choose(chance, np.arange(part.height), count).tolist()):
        row: dict[str, Any] = {column: cells[column][place] for column in HEADER}
        row["reactie_id"] = f"{mark}{number}"
        row |= (
            {"ingezonden_op": "31-02-2025 11:00:00"},
            {"score": "goed"},
            {"reactie_id": None},
            {"schaal_max": None},
        )[number % 4]
        for column in HEADER:
            cells[column].insert(place, row[column])
    return cells
