"""Who reads everything that is published cannot compute a hidden figure.

The attacker looks in every table of the release for the records and the numerators of hidden cells,
under any name, and then solves the sums that anybody knows: a total and its parts, a year and its
quarters. `tests/unit/test_suppression.py` does the same with generated tables.
"""

from __future__ import annotations

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
    """Each whole with its parts, of the rows that stand in the table, hidden or not."""
    parts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in people.sort("period_start").iter_rows(named=True):
        kpi, grain, start = row["kpi_id"], row["period_grain"], row["period_start"]
        if row["dimension"] not in ("total", "measure"):
            parts[f"{kpi}|{grain}|{start}|total|total", row["dimension"]].append(row["cell"])
        if grain in COARSER:
            first = start.replace(month=1 if grain == "quarter" else 1 + (start.month - 1) // 3 * 3)
            member = f"{row['dimension']}|{row['dimension_value']}"
            over_time = parts[f"{kpi}|{COARSER[grain]}|{first}|{member}", grain]
            if kpi in STOCKS:
                over_time.clear()
            over_time.append(row["cell"])
    return [(whole, found) for (whole, _), found in parts.items()]


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
