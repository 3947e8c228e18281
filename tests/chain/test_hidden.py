"""Who reads everything that is published cannot compute a hidden figure.

The attacker takes every table of the release, writes down every figure about people that it finds
under any name, adds the sums that anybody knows (a total and its parts, a year and its quarters)
and solves for what is hidden, for records and for numerators.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.chain.deliveries import current

GRAINS = ["month", "quarter", "year"]
Cell = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def people(sample_home: Path) -> pl.DataFrame:
    """The figures of KPIs that hide small groups, as fct_kpi_value shows them."""
    figures = current(sample_home, "fct_kpi_value")
    hiding = figures.filter("is_suppressed")["kpi_id"].unique()
    return figures.filter(pl.col("kpi_id").is_in(hiding.implode())).with_columns(
        pl.concat_str(
            "kpi_id", "period_grain", "period_start", "dimension", "dimension_value", separator="|"
        ).alias("cell")
    )


def published(home: Path, measure: str) -> dict[str, float]:
    """What any table of the release says of a cell: its records or its numerator."""
    kpi = current(home, "dim_kpi").select("kpi_id", "period_grain")
    wide = current(home, "rapport_kpi_reeks")
    facts = [
        current(home, name)
        .with_columns(
            pl.lit("total").alias("dimension") if name == "fct_kpi_total" else pl.col("dimension"),
            pl.lit("total").alias("dimension_value")
            if name == "fct_kpi_total"
            else pl.col("dimension_value"),
            pl.col("date_key").cast(pl.String).str.to_date("%Y%m%d").alias("period_start"),
        )
        .join(kpi, on="kpi_id")
        for name in ("fct_kpi_total", "fct_kpi_part")
    ]
    column = {"records": ("sample_size", "Aantal", "denominator")}.get(
        measure, ("numerator", "Teller", "numerator")
    )
    found = [
        current(home, "fct_kpi_value").select(*KEYS, pl.col(column[0]).cast(pl.Float64).alias("x")),
        *(fact.select(*KEYS, pl.col(column[2]).alias("x")) for fact in facts),
    ]
    known = {
        "|".join(map(str, row[:5])): row[5]
        for table in found
        for row in table.drop_nulls("x").iter_rows()
    }
    known |= dict(wide.drop_nulls(column[1]).select("Sleutel", column[1]).iter_rows())
    return known


KEYS = ["kpi_id", "period_grain", "period_start", "dimension", "dimension_value"]


def sums(people: pl.DataFrame) -> list[tuple[str, list[str]]]:
    """Each whole with its parts, of the rows that stand in the table, hidden or not."""
    additive = people.filter(~pl.col("kpi_id").is_in(["b1_training_coverage"]))
    parts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in people.iter_rows(named=True):
        if row["dimension"] not in ("total", "measure"):
            whole = f"{row['kpi_id']}|{row['period_grain']}|{row['period_start']}|total|total"
            parts[whole, row["dimension"]].append(row["cell"])
    for row in additive.iter_rows(named=True):
        start = row["period_start"]
        finer = {"month": start.replace(month=start.month - (start.month - 1) % 3), "quarter": None}
        if row["period_grain"] == "year":
            continue
        above = GRAINS[GRAINS.index(row["period_grain"]) + 1]
        first = finer[row["period_grain"]] or start.replace(month=1)
        whole = f"{row['kpi_id']}|{above}|{first}|{row['dimension']}|{row['dimension_value']}"
        parts[whole, row["period_grain"]].append(row["cell"])
    return [(whole, found) for (whole, _), found in parts.items()]


@pytest.mark.parametrize("measure", ["records", "numerator"])
def test_nothing_hidden_follows_from_everything_published(
    sample_home: Path, people: pl.DataFrame, measure: str
) -> None:
    hidden = sorted(people.filter("is_suppressed")["cell"])
    known = published(sample_home, measure)
    assert hidden and not set(hidden) & set(known)
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
