"""Invented accessibility audits: commas, every field in quotes, dates as 14-01-2025.

A sample of pages every quarter. The list of an audit is delivered once more when pages were tested
again; a page counts once per audit.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import correct_later, with_flaws
from sources.town import Town, between, choose
from sources.truth import QUARTERLY, Truth, share_truth

PAGES, SITE = 110, 400
FLAWS = (
    {"getoetst_op": "31-09-2025"},
    {"pagina_url": None},
    {"fouten_a": "-"},
    {"fouten_aa": None},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `pages` and returns the true website_accessibility."""
    pages = _pages(town)
    chance = town.chance("accessibility_audit.delivery")
    years = sorted(set(pages["getoetst_op"].dt.year()))
    parts = [pages.filter(pl.col("getoetst_op").dt.year() == year) for year in years]
    wrong = [pl.lit(3).cast(pl.Int64).alias("fouten_a")]
    parts = correct_later(chance, parts, len(parts) - 2, "pagina", town.many(8), wrong)
    for year, part in zip(years, parts, strict=True):
        rows = part.select(
            "pagina_url",
            "audit_id",
            pl.col("getoetst_op").dt.strftime("%d-%m-%Y"),
            pl.col("fouten_a", "fouten_aa").cast(pl.String),
            auditor=pl.lit("bureau"),
        )
        rows = with_flaws(chance, rows, "pagina_url", FLAWS, town.key(f"{year}-"))
        text = rows.write_csv(quote_style="always", null_value="")
        path = folder / f"{town.file(f'pages_{year}')}.csv"
        path.write_text(text, encoding="utf-8")
    return truth(town, pages)


def truth(town: Town, pages: pl.DataFrame) -> Truth:
    facts = pages.filter(pl.col("getoetst_op") <= town.as_of).select(
        day="getoetst_op",
        hit=((pl.col("fouten_a") == 0) & (pl.col("fouten_aa") == 0)).cast(pl.Int64),
        all=pl.lit(1),
    )
    return share_truth("website_accessibility", facts, grains=QUARTERLY)


def _pages(town: Town) -> pl.DataFrame:
    chance = town.chance("accessibility_audit")
    audits: list[pl.DataFrame] = []
    for quarter in range(12):
        month = town.first_day.month + 3 * quarter + 1
        start = dt.date(town.first_day.year + (month - 1) // 12, (month - 1) % 12 + 1, 8)
        tested = choose(chance, np.arange(town.many(SITE)), town.many(PAGES))
        count = len(tested)
        clean = chance.random(count) < 0.55 + 0.28 * quarter / 11
        luck = chance.random(count)
        audits.append(
            pl.DataFrame(
                {
                    "audit_id": [f"WCAG-{start.year}-{(start.month + 2) // 3}"] * count,
                    "page": tested,
                    "getoetst_op": np.datetime64(start, "D") + between(chance, 0, 3, count),
                    "fouten_a": np.where(clean | (luck < 0.4), 0, 1 + (luck * 6).astype(np.int64)),
                    "fouten_aa": np.where(clean, 0, np.where(luck < 0.7, 2, 0)),
                }
            )
        )
    return pl.concat(audits).select(
        pl.format("https://gemeente.example/{}pagina-{}", pl.lit(town.key("")), "page").alias(
            "pagina_url"
        ),
        pl.exclude("page"),
        pagina=pl.format("{}|{}", "audit_id", "page"),
    )
