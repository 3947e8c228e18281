"""Who reads everything that is published cannot compute a hidden figure.

The attacker looks in every table of the release for the records and the numerators of hidden cells,
under any name, and then solves the sums that anybody knows: a total and its parts, a year and its
quarters. A breakdown that is left out is unknown too. `tests/unit/test_suppression.py` attacks
generated tables and chains of releases, with bounds and whole numbers as well.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.chain.deliveries import current

KEYS = ["kpi_id", "period_grain", "period_start", "dimension", "dimension_value"]
COARSER = {"month": "quarter", "quarter": "year"}
#: KPIs about people that are a stock: a year is its last quarter, and no sum of quarters.
STOCKS = {"b1_training_coverage"}

#: What a table calls the records behind a figure, and its numerator.
NAMES = {
    "records": {
        "fct_kpi_value": "sample_size",
        "rapport_kpi_reeks": "Aantal",
        "fct": "denominator",
    },
    "numerator": {"fct_kpi_value": "numerator", "rapport_kpi_reeks": "Teller", "fct": "numerator"},
}


def with_cell(figures: pl.DataFrame) -> pl.DataFrame:
    return figures.with_columns(pl.concat_str(*KEYS, separator="|").alias("cell"))


@pytest.fixture(scope="module")
def people(sample_home: Path) -> pl.DataFrame:
    """The figures of KPIs that hide small groups, as fct_kpi_value shows them."""
    figures = current(sample_home, "fct_kpi_value")
    hiding = figures.filter("is_suppressed")["kpi_id"].unique()
    return with_cell(figures.filter(pl.col("kpi_id").is_in(hiding.implode())))


def published(home: Path, measure: str) -> set[str]:
    """The cells of which any table of the release says the records or the numerator."""
    names = NAMES[measure]
    grain = current(home, "dim_kpi").select("kpi_id", "period_grain")
    total = current(home, "fct_kpi_total").with_columns(
        dimension=pl.lit("total"), dimension_value=pl.lit("total")
    )
    facts = [
        fact.join(grain, on="kpi_id").with_columns(
            period_start=pl.col("date_key").cast(pl.String).str.to_date("%Y%m%d")
        )
        for fact in (total, current(home, "fct_kpi_part"))
    ]
    figures = current(home, "fct_kpi_value")
    found = [
        with_cell(table).drop_nulls(column)["cell"]
        for table, column in [
            (figures, names["fct_kpi_value"]),
            *((fact, names["fct"]) for fact in facts),
        ]
    ]
    wide = current(home, "rapport_kpi_reeks").drop_nulls(names["rapport_kpi_reeks"])["Sleutel"]
    return {cell for cells in [*found, wide] for cell in cells}


def sums(people: pl.DataFrame) -> list[tuple[str, list[str]]]:
    """Each whole with its parts, of the rows that stand in the table, hidden or not.

    A sum of which a shorter period is not broken down says nothing: what is left out is unknown.
    """
    parts: dict[tuple[str, str], list[str]] = defaultdict(list)
    whole = people.filter(pl.col("dimension") == "total")
    broken_down = set(people.select(*KEYS[:4]).iter_rows())
    gaps = set()
    for kpi, grain, start in whole.select(*KEYS[:3]).iter_rows():
        for dimension in people.filter(pl.col("kpi_id") == kpi)["dimension"].unique():
            if grain in COARSER and (kpi, grain, start, dimension) not in broken_down:
                gaps.add((kpi, COARSER[grain], coarser(grain, start), dimension))
    for row in people.sort("period_start").iter_rows(named=True):
        kpi, grain, start = row["kpi_id"], row["period_grain"], row["period_start"]
        if row["dimension"] not in ("total", "measure"):
            parts[f"{kpi}|{grain}|{start}|total|total", row["dimension"]].append(row["cell"])
        if grain in COARSER:
            first = coarser(grain, start)
            if (kpi, COARSER[grain], first, row["dimension"]) in gaps and kpi not in STOCKS:
                continue
            member = f"{row['dimension']}|{row['dimension_value']}"
            over_time = parts[f"{kpi}|{COARSER[grain]}|{first}|{member}", grain]
            if kpi in STOCKS:
                over_time.clear()
            over_time.append(row["cell"])
    there = set(people["cell"])
    return [(whole, found) for (whole, _), found in parts.items() if whole in there]


def coarser(grain: str, start: dt.date) -> dt.date:
    return start.replace(month=1 if grain == "quarter" else 1 + (start.month - 1) // 3 * 3)


@pytest.mark.parametrize("measure", ["records", "numerator"])
def test_nothing_hidden_follows_from_everything_published(
    sample_home: Path, people: pl.DataFrame, measure: str
) -> None:
    hidden = sorted(people.filter("is_suppressed")["cell"])
    assert hidden and not set(hidden) & published(sample_home, measure)
    place = {cell: number for number, cell in enumerate(hidden)}
    rows = []
    for whole, parts in sums(people):
        row = np.zeros(len(hidden))
        for cell, sign in [(whole, -1), *((part, 1) for part in parts)]:
            if cell in place:
                row[place[cell]] = sign
        if row.any():
            rows.append(row)
    _, values, vectors = np.linalg.svd(np.array(rows))
    free = vectors[(values > 1e-9).sum() :]
    fixed = [cell for cell, number in place.items() if np.abs(free[:, number]).max() < 1e-9]
    assert fixed == []


def test_of_a_period_that_runs_there_is_only_the_total(people: pl.DataFrame) -> None:
    running = people.filter("is_provisional")
    assert running.height > 0
    assert running["dimension"].is_in(["total", "measure"]).all()


def test_what_a_release_keeps_says_no_more_of_hidden_figures_than_its_mart(
    sample_home: Path, people: pl.DataFrame
) -> None:
    """Which of them are small themselves stands in none of its files."""
    release = sample_home / "releases" / "current"
    kept = pl.read_parquet(release / "proof" / "kept" / "int_kpi_shown.parquet")
    about_people = current(sample_home, "fct_kpi_value").join(
        pl.read_parquet(release / "proof" / "kept" / "kpi_register.parquet").filter(
            "is_about_people"
        ),
        on="kpi_id",
        how="semi",
    )
    assert kept.columns == ["cell", "is_suppressed"]
    shown = with_cell(about_people).select("cell", "is_suppressed").sort("cell")
    assert kept.sort("cell").equals(shown)
    others = [
        path for path in release.rglob("*.parquet") if "is_small" in pl.read_parquet_schema(path)
    ]
    assert others == []


def test_hidden_rows_hold_no_number_in_any_table(sample_home: Path, people: pl.DataFrame) -> None:
    hidden = people.filter("is_suppressed")
    wide = current(sample_home, "rapport_kpi_reeks").filter(
        pl.col("Sleutel").is_in(hidden["cell"].implode())
    )
    numbers = [name for name, kind in wide.schema.items() if kind.is_numeric() and name != "Doel"]
    assert wide.height == hidden.height
    assert wide.select(pl.col(numbers).count()).sum_horizontal().item() == 0
    for name in ("fct_kpi_total", "fct_kpi_part"):
        fact = current(sample_home, name).filter("is_suppressed")
        assert fact.height > 0
        assert fact.select("numerator", "denominator", "value").count().sum_horizontal().item() == 0
    status = current(sample_home, "kpi_status").join(
        hidden.filter(pl.col("dimension") == "total"), on=["kpi_id", "period_grain", "period_start"]
    )
    assert status["value"].count() == status["gap"].count() == 0
