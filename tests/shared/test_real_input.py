"""Real input goes through: the accounts of all municipalities and the five public documents.

Each is read as a run reads it, and the benchmark computed by the SQL of its models; a whole run
over them, which takes minutes, must say the same.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import raw
from dronten_pipeline.ingest.outcome import SourceOutcome
from tests.chain.deliveries import current
from tests.conftest import PROJECT, Datalab
from tests.unit.dbt.rendered import model

AS_OF = dt.date(2026, 11, 21)
ROWS = {"staff_costs_by_municipality": 6398, "region_membership": 28, "texts": 5}
SEEDS = PROJECT / "dbt_project" / "seeds"


@pytest.fixture(scope="module")
def settings(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        home=tmp_path_factory.mktemp("real"),
        sources=PROJECT / "sources",
        landing=shared / "landing_real",
        settle_seconds=0,
    )


@pytest.fixture(scope="module")
def outcomes(settings: Settings) -> dict[str, SourceOutcome]:
    sources = load_sources(settings.sources)
    return {
        name: raw.ingest_source(
            settings, sources[name], run_id="real", as_of=AS_OF, origin="delivery"
        )
        for name in ("iv3", "text_corpus")
    }


@pytest.fixture(scope="module")
def benchmark(
    settings: Settings,
    outcomes: dict[str, SourceOutcome],
    tmp_path_factory: pytest.TempPathFactory,
) -> pl.DataFrame:
    """The table that is published, from what was read."""
    folder = tmp_path_factory.mktemp("current")
    with duckdb.connect() as connection:
        connection.execute(f"create table stg_run__context as select date '{AS_OF}' as as_of")
        connection.execute(
            "create table fct_kpi_value (kpi_id varchar, period_grain varchar, period_start date,"
            " dimension varchar, value double, is_provisional boolean)"
        )
        for seed in ("norm", "benchmark_region"):
            connection.execute(f"create table {seed} as from read_csv('{SEEDS}/{seed}.csv')")
        for report in outcomes["iv3"].counting:
            # Models tell deliveries apart by the number that is their name.
            numbered = folder / report.table_name / "00000001.parquet"
            numbered.parent.mkdir()
            shutil.copy(settings.raw / str(report.raw_path), numbered)
            connection.execute(
                f"create view iv3__{report.table_name} as"
                f" from read_parquet('{numbered}', filename = true)"
            )
            staged = f"stg_iv3__{report.table_name}"
            connection.execute(f"create table {staged} as {model(staged)}")
        return connection.execute(model("external_hiring_benchmark")).pl()


def expected(shared: Path) -> pl.DataFrame:
    written = pl.read_csv(shared / "data" / "iv3" / "expected_regional_inhuur.csv")
    return written.with_columns(pl.col("regio").str.replace(r" \(\d+\)$", ""))


def test_the_benchmark_is_that_of_an_independent_computation(
    benchmark: pl.DataFrame, shared: Path
) -> None:
    columns = {
        "gewogen_pct": "weighted",
        "ongewogen_gemiddelde_pct": "mean",
        "mediaan_pct": "median",
    }
    by_method = (
        expected(shared)
        .unpivot(
            on=list(columns),
            index=["jaar", "regio", "n", "dronten_pct"],
            variable_name="method",
            value_name="expected",
        )
        .with_columns(pl.col("method").replace(columns))
    )
    both = by_method.join(
        benchmark, left_on=["jaar", "regio", "method"], right_on=["year", "region", "method"]
    )
    assert both.height == 8 * 3 * 3
    assert (both["expected"] - both["region_share"]).abs().max() <= 0.01
    assert (both["dronten_pct"] - both["own_share"]).abs().max() <= 0.01
    assert (both["n"] == both["municipalities"]).all()


def test_the_share_without_dronten_is_that_of_an_independent_computation(
    benchmark: pl.DataFrame, shared: Path
) -> None:
    ours = benchmark.filter(pl.col("method") == "weighted")
    both = expected(shared).join(ours, left_on=["jaar", "regio"], right_on=["year", "region"])
    difference = both["gewogen_excl_dronten_pct"] - both["region_share_without_own"]
    assert both.height == 8 * 3
    assert difference.abs().max() <= 0.01


def are_judged(texts: pl.DataFrame) -> None:
    assert texts.height == 5
    assert texts["level"].is_in(["A", "B1", "B2", "C"]).all()
    assert (texts["words"] > 500).all()


def test_the_five_documents_are_scored(
    settings: Settings, outcomes: dict[str, SourceOutcome]
) -> None:
    are_judged(pl.read_parquet(settings.raw / str(outcomes["text_corpus"].scores_path)))


def test_not_one_row_of_the_real_input_is_lost(outcomes: dict[str, SourceOutcome]) -> None:
    assert {outcome.rows_quarantined for outcome in outcomes.values()} == {0}
    counted = [report for outcome in outcomes.values() for report in outcome.counting]
    assert {report.table_name: report.rows_accepted for report in counted} == ROWS


@pytest.mark.slow
def test_a_run_publishes_the_same(
    settings: Settings, benchmark: pl.DataFrame, datalab: Datalab, tmp_path: Path
) -> None:
    ran = datalab("run", home=tmp_path, landing=settings.landing, as_of=AS_OF)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    published = current(tmp_path, "external_hiring_benchmark").drop("release_id")
    keys = ["year", "region", "method"]
    assert published.sort(keys).equals(benchmark.select(published.columns).sort(keys))
    are_judged(current(tmp_path, "text_readability"))
    delivered = current(tmp_path, "source_delivery")
    assert delivered["rows_quarantined"].sum() == 0
    assert dict(delivered.select("table_name", "rows_accepted").rows()) == ROWS
