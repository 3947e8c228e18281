"""Who reads everything that is published cannot find a hidden figure.

The hostile reader of the gate (`dronten_pipeline/gate/attack`) tried it in the run; here it is seen
that it did, and that it finds what is not hidden well enough. `tests/unit/gate/attack/` tries it on
generated tables.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dronten_pipeline.gate.attack.audit import judge_candidate
from dronten_pipeline.gate.candidate import build_reference
from tests.chain.deliveries import current

KEYS = ["kpi_id", "period_grain", "period_start", "dimension", "dimension_value"]


def with_cell(figures: pl.DataFrame) -> pl.DataFrame:
    return figures.with_columns(pl.concat_str(*KEYS, separator="|").alias("cell"))


@pytest.fixture(scope="module")
def people(sample_home: Path) -> pl.DataFrame:
    """The figures of KPIs that hide small groups, as fct_kpi_value shows them."""
    figures = current(sample_home, "fct_kpi_value")
    hiding = figures.filter("is_suppressed")["kpi_id"].unique()
    return with_cell(figures.filter(pl.col("kpi_id").is_in(hiding.implode())))


def test_the_hostile_reader_found_nothing_in_the_sample(
    sample_home: Path, people: pl.DataFrame
) -> None:
    said = json.loads((sample_home / "warehouse" / "latest" / "attack.json").read_bytes())
    assert (said["findings"], said["problem"]) == ([], None)
    assert said["hidden"] == people["is_suppressed"].sum() > 0
    assert said["asked"] > 200
    release = (sample_home / "releases" / "current").resolve()
    assert not [path for path in release.rglob("*") if path.name == "attack.json"]


def test_the_hostile_reader_finds_what_one_visible_figure_gives_away(
    sample_home: Path, tmp_path: Path
) -> None:
    """Every hidden figure that is not small itself is shown, as if nothing had to hide it."""
    run = sample_home / "warehouse" / "latest"
    mart, reference = tmp_path / "mart.duckdb", tmp_path / "reference.duckdb"
    shutil.copyfile(run / "mart.duckdb", mart)
    build_reference(run / "warehouse.duckdb", reference)
    with duckdb.connect(str(mart)) as connection:
        connection.execute(f"ATTACH '{reference}' AS warehouse (READ_ONLY)")
        connection.execute(
            "UPDATE fct_kpi_value AS own SET is_suppressed = false, value = known.value, "
            "numerator = known.numerator, denominator = known.denominator, "
            "sample_size = known.sample_size FROM warehouse.intermediate.int_kpi_value AS known "
            "WHERE own.is_suppressed AND known.sample_size > 4 AND "
            + " AND ".join(f"own.{key} = known.{key}" for key in KEYS)
        )
    outcome = judge_candidate(mart, reference, tmp_path / "releases")
    assert outcome.problem is None
    found = {one.how for _, one in outcome.findings}
    assert {"records", "all"} <= found
    assert len(outcome.findings) > 50


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
    assert status["value"].count() == 0
