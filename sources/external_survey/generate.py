"""Invented results of a survey among entrepreneurs: one JSON list.

Every other year; the register of a town does not grow with it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sources.delivery import write_objects
from sources.town import Town
from sources.truth import Truth

#: Year, grade, national average; all invented.
SCORES = ((2021, 6.7, 7.0), (2023, 6.8, 7.0), (2025, 7.1, 7.1))


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `scores` and returns the true business_climate_rating."""
    if not town.is_first_part:
        return []
    frame = pl.DataFrame(SCORES, schema=["jaar", "cijfer", "landelijk_gemiddelde"], orient="row")
    frame = frame.select(pl.lit("ondernemersklimaat").alias("onderzoek"), pl.all())
    for year, *_ in SCORES:
        part = frame.filter(pl.col("jaar") <= year)
        # A grade is published provisionally, and fixed a survey later.
        part = part.with_columns(
            cijfer=pl.when((pl.col("jaar") == year) & (year != SCORES[-1][0]))
            .then(pl.col("cijfer") - 0.1)
            .otherwise("cijfer")
            .round(1)
        )
        write_objects(folder / f"scores_{year}.json", part, as_list=True)
    truth: Truth = []
    for year, grade, average in SCORES:
        key = ("business_climate_rating", "year", f"{year}-01-01")
        truth.append((*key, "total", "total", grade, None, None))
        truth.append((*key, "measure", "national_average", average, None, None))
    return truth
