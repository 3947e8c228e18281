"""Invented questions of the press: JSON lines with instants in UTC, as a mailbox export has them.

Most get an answer within two working days, or at least word of when it comes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import (
    correct_later,
    delivered,
    exports,
    local_to_utc,
    with_flaws,
    write_objects,
)
from sources.town import OFFICE, Town, answers, moments
from sources.truth import Truth, share_truth
from sources.working_days import days_of, term_end

QUESTIONS = 640
TERM = 2
EVENTS = ("procesantwoord_op", "beantwoord_op")
FLAWS = (
    {"ontvangen_op": "2025-02-30T09:00:00.000Z"},
    {"vraag_id": None},
    {"beantwoord_op": "gebeld"},
    {"ontvangen_op": None},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `questions` and returns the true press_answered."""
    questions = _questions(town)
    chance = town.chance("press_mailbox.delivery")
    dates = exports(town, months=3, overlap=7)
    parts = [delivered(export, questions, "ontvangen_op", EVENTS) for export in dates]
    # The colour of a few was wrong: they had not been answered yet.
    wrong = [(pl.col("ontvangen_op") + pl.duration(hours=1)).alias("beantwoord_op")]
    parts = correct_later(chance, parts, 1, "vraag_id", town.many(6), wrong)
    for export, part in zip(dates, parts, strict=True):
        rows = part.with_columns(
            local_to_utc(name).dt.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            for name in ("ontvangen_op", *EVENTS)
        )
        rows = with_flaws(chance, rows, "vraag_id", FLAWS, town.key(f"{export.name}-"))
        write_objects(
            folder / f"{town.file(f'questions_{export.name}')}.jsonl", rows, as_list=False
        )
    return truth(town, questions)


def truth(town: Town, questions: pl.DataFrame) -> Truth:
    """The earlier of both answers counts; a question counts in the period of its due day."""
    received, word, answer = (days_of(questions[name]) for name in ("ontvangen_op", *EVENTS))
    due = term_end(received, TERM)
    in_time = (~np.isnat(word) & (word <= due)) | (~np.isnat(answer) & (answer <= due))
    facts = pl.DataFrame(
        {"day": due, "hit": in_time.astype(np.int64), "all": np.ones(len(due), dtype=np.int64)}
    )
    return share_truth("press_answered", facts.filter(pl.col("day") <= town.as_of))


def _questions(town: Town) -> pl.DataFrame:
    chance = town.chance("press_mailbox")
    count = town.many(QUESTIONS)
    at = moments(town, chance, count, OFFICE, beyond=2)
    progress = town.progress(at)
    answer = answers(
        chance, at, TERM, chance.random(count) < 0.32 - 0.14 * progress, slowness=3, never=0.015
    )
    word = answers(chance, at, 1, chance.random(count) < 0.3, slowness=2, never=0.0)
    sent = chance.random(count) < 0.25 + 0.2 * progress
    return pl.DataFrame(
        {
            "vraag_id": [f"{town.key('PERS-')}{number}" for number in range(1001, 1001 + count)],
            "ontvangen_op": at,
            "procesantwoord_op": word.set(pl.Series(~sent), None),
            "beantwoord_op": answer,
        }
    )
