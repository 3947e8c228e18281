"""Invented tests of procurement files: a workbook of the internal control, with a sheet of notes.

The score falls in the second year and recovers; a file that is still unsure counts as tested and
not as lawful. Verdicts that were unsure are settled in a later workbook.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sources.delivery import correct_later, delivered, exports, spelt, with_flaws, write_workbook
from sources.town import DAILY, Town, between, choose, column, moments, pick
from sources.truth import QUARTERLY, YEARLY, Truth, count_truth, share_truth

FILES = 930
#: Department and weight.
DEPARTMENTS = (
    ("Ruimte", 30.0),
    ("Sociaal domein", 24.0),
    ("Bedrijfsvoering", 20.0),
    ("Publiekszaken", 10.0),
    ("Vergunningen en handhaving", 8.0),
    ("Financiën", 6.0),
    ("Griffie", 2.0),
)
#: Share found unlawful and share that is unsure, in the first calendar year of the sample, in the
#: second, and so on.
NOT_LAWFUL = ((0.039, 0.006), (0.037, 0.056), (0.032, 0.019), (0.019, 0.015))
LAWFUL, UNLAWFUL, UNSURE = "rechtmatig", "onrechtmatig", "onzeker"
NOTES = ("Toelichting", "Verzonnen voorbeeldgegevens.", "Zie het blad Dossiers.")
REASONS = ("Drempel overschreden", "Geen offertes opgevraagd", "Contract verlopen")
HEADER = ("dossier_id", "afdeling", "toetsdatum", "oordeel", "bedrag_eur", "reden")


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `files` and returns the true lawfulness and unlawful files."""
    files = _files(town)
    chance = town.chance("procurement.delivery")
    dates = exports(town, months=3)
    parts = [delivered(export, files, "toetsdatum") for export in dates]
    unsure = [pl.lit(UNSURE).alias("oordeel")]
    parts = correct_later(chance, parts, 2, "dossier_id", town.many(6), unsure)
    for export, part in zip(dates, parts, strict=True):
        write_workbook(
            folder / f"{town.file(f'files_{export.name}')}.xlsx",
            town,
            "Dossiers",
            _cells(chance, part, town.key(f"{export.name}-")),
            dates="d mmm yyyy",
            before={"Toelichting": NOTES},
        )
    return truth(town, files)


def truth(town: Town, files: pl.DataFrame) -> Truth:
    tested = files.filter(pl.col("toetsdatum") <= town.as_of).select(
        day="toetsdatum",
        hit=(pl.col("oordeel").str.to_lowercase() == LAWFUL).cast(pl.Int64),
        all=pl.lit(1),
        number=pl.lit(1),
        unlawful=(pl.col("oordeel").str.to_lowercase() == UNLAWFUL),
        department="naam",
    )
    span = (tested["day"].min(), tested["day"].max())
    rows = share_truth("procurement_lawfulness", tested, "department", grains=QUARTERLY)
    rows += count_truth("procurement_lawfulness", tested, measure="files_tested", grains=QUARTERLY)
    return rows + count_truth(
        "unlawful_files",
        tested.filter("unlawful"),
        "department",
        grains=YEARLY,
        span=span,  # type: ignore[arg-type]
    )


def _files(town: Town) -> pl.DataFrame:
    chance = town.chance("procurement")
    count = town.many(FILES)
    day = moments(town, chance, count, DAILY).dt.date()
    year = day.dt.year().to_numpy()
    verdict = np.full(count, LAWFUL, dtype="<U12")
    for early, shares in enumerate(NOT_LAWFUL, start=town.as_of.year - 3):
        # A fixed number instead of chance: the score of a year is a figure to recognise.
        here = np.flatnonzero(year == early)
        unlawful, unsure = (round(len(here) * share) for share in shares)
        chosen = choose(chance, here, unlawful + unsure)
        order = chosen[np.argsort(chance.random(len(chosen)))]
        verdict[order[:unlawful]] = UNLAWFUL
        verdict[order[unlawful:]] = UNSURE
    who = pick(chance, [row[1] for row in DEPARTMENTS], count)
    names = pl.Series("afdeling", column(DEPARTMENTS, 0, who))
    euros = np.exp(9.5 + 2.2 * chance.random(count)) * (1 + 3 * (chance.random(count) < 0.1))
    shout = chance.random(count) < 0.05
    reason = np.array(REASONS)[between(chance, 0, len(REASONS) - 1, count)]
    return pl.DataFrame(
        {
            "nummer": np.arange(count) + 1,
            "afdeling": spelt(chance, names),
            "toetsdatum": day,
            "oordeel": np.where(shout, np.char.capitalize(verdict), verdict),
            "bedrag_eur": np.round(euros, 2),
            "reden": pl.Series(reason).set(pl.Series(verdict == LAWFUL), None),
            "naam": names,
        }
    ).select(
        pl.format("{}{}", pl.lit(town.key("IC-")), pl.col("nummer") + 1000).alias("dossier_id"),
        pl.exclude("nummer"),
    )


def _cells(chance: np.random.Generator, part: pl.DataFrame, mark: str) -> dict[str, list[Any]]:
    """The columns of the sheet; a cell that cannot be read holds text."""
    spoiled = with_flaws(
        chance,
        part.with_columns(flawed_date=pl.lit(None, pl.String), flawed_sum=pl.lit(None, pl.String)),
        "dossier_id",
        (
            {"flawed_sum": "ca. 50.000"},
            {"dossier_id": None},
            {"flawed_date": "31 juni 2025"},
            {"oordeel": None},
            {"flawed_sum": "n.n.b."},
            {"afdeling": None},
        ),
        mark,
    )
    cells: dict[str, list[Any]] = {name: spoiled[name].to_list() for name in HEADER}
    for name, flaw in (("toetsdatum", "flawed_date"), ("bedrag_eur", "flawed_sum")):
        cells[name] = [text or cell for text, cell in zip(spoiled[flaw], cells[name], strict=True)]
    cells["toetsdatum"] = [
        dt.datetime.combine(cell, dt.time()) if isinstance(cell, dt.date) else cell
        for cell in cells["toetsdatum"]
    ]
    return cells
