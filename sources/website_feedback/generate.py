"""Invented votes under pages of the website: semicolons, Windows-1252, a file per year or month.

As such a module exports them: two deliveries overlap, some answers are corrected later, a few
rows cannot be read, and the last file was made two days after the as-of date.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import write_lines
from sources.town import Town, between, choose, moments, pick
from sources.truth import Truth, share_truth

VOTES = 8_600
SITE = "https://gemeente.example"

#: Section, weight, share of clear texts on the first and on the last day. Taxes rewrote its pages
#: (better), care did not keep up (worse); the last three sections have few votes.
SECTIONS = (
    ("afval", 18.0, 0.60, 0.68),
    ("paspoort", 16.0, 0.66, 0.73),
    ("belastingen", 14.0, 0.40, 0.64),
    ("verhuizen", 10.0, 0.60, 0.68),
    ("wonen", 10.0, 0.53, 0.58),
    ("zorg", 9.0, 0.60, 0.47),
    ("vergunningen", 8.0, 0.40, 0.53),
    ("ondernemen", 6.0, 0.52, 0.58),
    ("jeugd", 4.0, 0.55, 0.60),
    ("bestuur", 3.0, 0.45, 0.52),
    ("subsidies", 1.2, 0.40, 0.50),
    ("erfgoed", 0.6, 0.60, 0.60),
    ("begraafplaatsen", 0.5, 0.70, 0.70),
)
PAGES = ("", "/aanvragen", "/kosten", "/regels", "/contact", "/vragen")
REMARKS = (
    "Duidelijk, dank u",
    "Ik kon het formulier niet vinden; waar staat het?",
    'Wat betekent "leges"?',
    "Te lang verhaal",
    "Kost dit € 15 of € 20?",
    "Ik zocht iets anders\nover mijn café",
    "Prima uitgelegd",
    "De coördinator neemt niet op",
)
BROKEN_DATES = ("31-04-2025 10:15:00", "29-02-2025 09:30:00", "onbekend", "2025-13-01 08:00:00")


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `votes` and returns the true website_text_clarity."""
    votes = _votes(town)
    _write(town, votes, folder)
    counted = votes.filter(
        pl.col("ingezonden_op").dt.date() <= town.as_of,
        pl.col("vraag") == "teksten_begrijpelijk",
        pl.col("antwoord") != "weet_niet",
    ).select(
        day=pl.col("ingezonden_op").dt.date(),
        hit=(pl.col("antwoord") == "ja").cast(pl.Int64),
        all=pl.lit(1),
        page_section="sectie",
    )
    return share_truth("website_text_clarity", counted, "page_section")


def _votes(town: Town) -> pl.DataFrame:
    """Every vote as it finally is."""
    chance = town.chance("website_feedback")
    at = moments(town, chance, town.many(VOTES))
    late = pl.Series(
        [
            dt.datetime.combine(town.as_of, dt.time(9)) + dt.timedelta(hours=20 + 2 * n)
            for n in range(12)
        ]
    )
    at = pl.concat([at, late.cast(at.dtype)])
    count = len(at)
    progress = town.progress(at)
    weights = np.array([section[1] for section in SECTIONS])
    section = pick(chance, weights, count)
    # Everybody pays in January and February, and travels before the summer.
    month = at.dt.month().to_numpy()
    moved = chance.random(count)
    section = np.where((month <= 2) & (moved < 0.12), 2, section)
    section = np.where(np.isin(month, [5, 6]) & (moved < 0.10), 1, section)
    first = np.array([row[2] for row in SECTIONS])[section]
    last = np.array([row[3] for row in SECTIONS])[section]
    is_clear = chance.random(count) < first + (last - first) * progress
    asked = pick(chance, np.array([83.0, 17.0]), count)
    answer = np.where(chance.random(count) < 0.06, 2, np.where(is_clear, 0, 1))
    names = np.array([row[0] for row in SECTIONS])[section]
    page = np.array(PAGES)[pick(chance, np.array([4.0, 3, 2, 2, 1, 1]), count)]
    has_remark = chance.random(count) < 0.04
    remark = np.array(REMARKS)[between(chance, 0, len(REMARKS) - 1, count)]
    given = chance.random(count)
    spelt = np.where(
        given < 0.02, np.char.upper(names), np.where(given < 0.04, np.char.add(names, " "), names)
    )
    spelt = np.where((given > 0.92) & (np.arange(count) > count // 6), "", spelt)
    # A section is shown as it was first delivered.
    opening = np.unique(names, return_index=True)[1]
    spelt = np.where(np.isin(np.arange(count), opening), names, spelt)
    return pl.DataFrame(
        {
            "reactie_id": [
                f"{town.key('WF-')}{number:06d}" for number in range(100_001, 100_001 + count)
            ],
            "ingezonden_op": at,
            "pagina_url": np.char.add(np.char.add(SITE + "/", names), page),
            "paginasectie": spelt,
            "vraag": np.array(["teksten_begrijpelijk", "informatie_gevonden"])[asked],
            "antwoord": np.array(["ja", "nee", "weet_niet"])[answer],
            "toelichting": pl.Series(remark).zip_with(
                pl.Series(has_remark), pl.Series([None] * count, dtype=pl.String)
            ),
            "sectie": names,
        }
    )


def _write(town: Town, votes: pl.DataFrame, folder: Path) -> None:
    chance = town.chance("website_feedback.delivery")
    at = votes["ingezonden_op"]
    year = town.as_of.year
    new_year, overlap = dt.datetime(year, 1, 1), dt.datetime(year, 3, 20)
    numbers = np.arange(votes.height)
    old = choose(chance, numbers[(at < dt.datetime(year - 1, 11, 1)).to_numpy()], town.many(30))
    recent = choose(
        chance,
        numbers[((at >= new_year) & (at < dt.datetime(year, 3, 1))).to_numpy()],
        town.many(10),
    )
    wrong = votes.with_columns(
        antwoord=pl.when(pl.Series(np.isin(numbers, np.concatenate([old, recent]))))
        .then(pl.col("antwoord").replace({"ja": "nee", "nee": "ja", "weet_niet": "ja"}))
        .otherwise("antwoord")
    )
    cuts = [
        (f"{early}", dt.datetime(early, 1, 1), dt.datetime(early + 1, 1, 1))
        for early in range(year - 3, year)
    ]
    for month in range(1, 7):
        start = dt.datetime(year, month, 1)
        cuts.append((f"{year}-{month:02d}", start, dt.datetime(year, month + 1, 1)))
    for name, start, end in cuts:
        if name == f"{year}-01":
            start = dt.datetime(year - 1, 12, 15)
        if name == f"{year}-04":
            start = overlap
        if name == f"{year}-06":
            end = dt.datetime(year, 7, 31)
        part = _with_broken_rows(chance, wrong.filter((at >= start) & (at < end)), town.key(name))
        if name == f"{year}-02":
            part = pl.concat([part, _as_delivered(votes[old.tolist()])])
        if name == f"{year}-06":
            part = pl.concat([part, _as_delivered(votes[recent.tolist()])])
        if name.startswith(f"{year}-"):
            part = part.with_columns(apparaat=pl.lit("mobiel"))
        write_lines(
            folder / f"{town.file(f'votes_{name}')}.csv", part, separator=";", encoding="cp1252"
        )


def _as_delivered(votes: pl.DataFrame) -> pl.DataFrame:
    shout = pl.col("reactie_id").str.slice(-2).is_in(["07", "77"])
    return votes.select(
        Reactie_ID="reactie_id",
        Ingezonden_op=pl.col("ingezonden_op").dt.strftime("%d-%m-%Y %H:%M:%S"),
        Paginasectie=pl.when(pl.col("paginasectie") != "").then("paginasectie"),
        Vraag="vraag",
        Antwoord=pl.when(shout).then(pl.col("antwoord").str.to_titlecase()).otherwise("antwoord"),
        Pagina_URL="pagina_url",
        Toelichting="toelichting",
    )


def _with_broken_rows(chance: np.random.Generator, votes: pl.DataFrame, name: str) -> pl.DataFrame:
    """Adds one row in two hundred that cannot be read; none of them stands in the truth."""
    if not votes.height:
        return _as_delivered(votes)
    whole = _as_delivered(votes).with_columns(place=pl.int_range(pl.len()).cast(pl.Float64))
    count = max(1, round(votes.height / 200))
    broken = whole[choose(chance, np.arange(votes.height), count).tolist()].with_columns(
        pl.col("place") + 0.5,
        kind=pl.int_range(pl.len()) % 4,
        Reactie_ID=pl.lit(f"WF-{name}-") + pl.int_range(pl.len()).cast(pl.String),
    )
    kind = pl.col("kind")
    dates = pl.Series(np.array(BROKEN_DATES)[between(chance, 0, len(BROKEN_DATES) - 1, count)])
    broken = broken.with_columns(
        Reactie_ID=pl.when(kind != 1).then("Reactie_ID"),
        Ingezonden_op=pl.when(kind == 0).then(dates).otherwise("Ingezonden_op"),
        Vraag=pl.when(kind != 2).then("Vraag"),
        Antwoord=pl.when(kind != 3).then("Antwoord"),
    ).drop("kind")
    both: pl.DataFrame = pl.concat([whole, broken])
    return both.sort("place").drop("place")
