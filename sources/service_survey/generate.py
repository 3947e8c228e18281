"""Invented survey grades: tabs, UTF-8 with a mark, dates as 2025-12-31, decimal comma.

Grades on the scale of 10 per product, and stars for one of them. Some products are asked so
little that their figure must be hidden; two got better and one got worse.
"""

from __future__ import annotations

import datetime as dt
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
from sources.town import WEB, Town, between, column, drifting, moments, pick
from sources.truth import QUARTERLY, Truth, mean_truth

GRADES = 9_000
STARS = "triage_leefomgeving"
#: Product, scale, weight, mean on the first and on the last day.
PRODUCTS = (
    ("Burgerzaken", 10, 20.0, 7.9, 8.1),
    ("Melding openbare ruimte", 10, 19.0, 5.7, 7.0),
    ("Telefonisch contact", 10, 18.0, 6.2, 7.2),
    ("Vergunning aanvragen", 10, 13.0, 5.7, 6.6),
    ("Wmo-aanvraag", 10, 11.0, 6.9, 6.3),
    ("Website", 10, 9.0, 6.6, 7.2),
    ("Milieustraat", 10, 3.0, 8.8, 9.0),
    ("Crediteuren", 10, 1.0, 8.2, 8.3),
    ("Begraafproces", 10, 0.35, 8.0, 8.0),
    (STARS, 5, 10.0, 3.2, 3.9),
)
#: First month and name of each measurement.
MEASUREMENTS = (("2000-01-01", "0-meting"), ("2024-05-01", "1-meting"), ("2025-10-01", "2-meting"))
FLAWS = (
    {"Afgenomen_op": "2025-11-31"},
    {"Cijfer": "8½"},
    {"Respons_ID": None},
    {"Product": None},
    {"Schaal_max": "tien"},
)
REMARKS = ("Vriendelijk geholpen", "Ik werd niet teruggebeld", "Duurde te lang", "Top, dank u")


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `grades` and returns the true ratings."""
    grades = _grades(town)
    chance = town.chance("service_survey.delivery")
    dates = exports(town, months=3, overlap=10)
    parts = [delivered(export, grades, "afgenomen_op") for export in dates]
    # Of some answers the scale was turned round at first.
    turned = [(pl.col("schaal_max") + 1 - pl.col("cijfer")).alias("cijfer")]
    parts = correct_later(chance, parts, 1, "respons_id", town.many(25), turned)
    for export, part in zip(dates, parts, strict=True):
        rows = _as_delivered(part)
        path = folder / f"{town.file(f'grades_{export.name}')}.csv"
        mark = town.key(f"{export.name}-")
        rows = with_flaws(chance, rows, "Respons_ID", FLAWS, mark)
        write_lines(path, rows, separator="\t", encoding="utf-8-sig")
    return truth(town, grades)


def truth(town: Town, grades: pl.DataFrame) -> Truth:
    given = grades.filter(pl.col("afgenomen_op") <= town.as_of).select(
        day="afgenomen_op", number="cijfer", scale="schaal_max", product="naam"
    )
    stars = pl.col("product").str.to_lowercase() == STARS
    ratings = given.filter(pl.col("scale") == 10, ~stars)
    satisfied = given.filter(pl.col("scale") == 5, stars)
    rows = mean_truth("service_rating", ratings, "product", grains=QUARTERLY)
    return rows + mean_truth("triage_satisfaction", satisfied, grains=QUARTERLY)


def _grades(town: Town) -> pl.DataFrame:
    chance = town.chance("service_survey")
    count = town.many(GRADES)
    at = moments(town, chance, count, WEB, beyond=2)
    product = pick(chance, [row[2] for row in PRODUCTS], count)
    mean = drifting(PRODUCTS, (3, 4), product, town.progress(at))
    scale = column(PRODUCTS, 1, product).astype(np.int64)
    # Sums of three throws lie around the mean; a fifth of the mean is the spread.
    spread = chance.random((3, count)).sum(axis=0) * 2 - 3
    grade = np.round(mean + spread * scale * 0.17)
    half = (chance.random(count) < 0.08) & (scale == 10)
    grade = np.clip(grade + 0.5 * half, 1, scale)
    names = pl.Series("product", column(PRODUCTS, 0, product))
    # A few forms of another product asked for stars by mistake; they count nowhere.
    wrong_scale = (chance.random(count) < 0.001) & (scale == 10)
    starts = [dt.date.fromisoformat(start) for start, _ in MEASUREMENTS]
    day = at.dt.date()
    turn = np.searchsorted(np.array(starts, "datetime64[D]"), day.to_numpy(), side="right") - 1
    remark = np.array(REMARKS)[between(chance, 0, len(REMARKS) - 1, count)]
    return pl.DataFrame(
        {
            "number": np.arange(count) + 100_001,
            "afgenomen_op": day,
            "product": spelt(chance, names),
            "cijfer": np.where(wrong_scale, np.minimum(grade, 5), grade),
            "schaal_max": np.where(wrong_scale, 5, scale),
            "meting": np.array([name for _, name in MEASUREMENTS])[turn],
            "toelichting": maybe(chance, remark, 0.05),
            "naam": names,
        }
    ).select(
        pl.format("{}{}", pl.lit(town.key("KTO")), "number").alias("respons_id"),
        pl.exclude("number"),
    )


def _as_delivered(grades: pl.DataFrame) -> pl.DataFrame:
    return grades.select(
        Meting="meting",
        Respons_ID="respons_id",
        Cijfer=pl.col("cijfer").cast(pl.String).str.replace(".", ",", literal=True),
        Schaal_max=pl.col("schaal_max").cast(pl.String),
        Product="product",
        Afgenomen_op=pl.col("afgenomen_op").cast(pl.String),
        Toelichting="toelichting",
    )
