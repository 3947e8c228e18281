"""Real input goes through: the accounts of all municipalities and the five public documents."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.chain.deliveries import current
from tests.conftest import Datalab


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, datalab: Datalab, shared: Path) -> Path:
    folder = tmp_path_factory.mktemp("home")
    ran = datalab("run", home=folder, landing=shared / "landing_real", as_of="2026-11-21")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


def test_the_benchmark_is_that_of_an_independent_computation(home: Path, shared: Path) -> None:
    columns = {
        "gewogen_pct": "weighted",
        "ongewogen_gemiddelde_pct": "mean",
        "mediaan_pct": "median",
    }
    expected = (
        pl.read_csv(shared / "data" / "iv3" / "expected_regional_inhuur.csv")
        .with_columns(pl.col("regio").str.replace(r" \(\d+\)$", ""))
        .unpivot(
            on=list(columns),
            index=["jaar", "regio", "n", "dronten_pct"],
            variable_name="method",
            value_name="expected",
        )
        .with_columns(pl.col("method").replace(columns))
    )
    ours = current(home, "external_hiring_benchmark")
    both = expected.join(
        ours, left_on=["jaar", "regio", "method"], right_on=["year", "region", "method"]
    )
    assert both.height == 8 * 3 * 3
    assert (both["expected"] - both["region_share"]).abs().max() <= 0.01
    assert (both["dronten_pct"] - both["own_share"]).abs().max() <= 0.01
    assert (both["n"] == both["municipalities"]).all()


def test_the_share_without_dronten_is_that_of_an_independent_computation(
    home: Path, shared: Path
) -> None:
    expected = pl.read_csv(shared / "data" / "iv3" / "expected_regional_inhuur.csv").with_columns(
        pl.col("regio").str.replace(r" \(\d+\)$", "")
    )
    ours = current(home, "external_hiring_benchmark").filter(pl.col("method") == "weighted")
    both = expected.join(ours, left_on=["jaar", "regio"], right_on=["year", "region"])
    difference = both["gewogen_excl_dronten_pct"] - both["region_share_without_own"]
    assert both.height == 8 * 3
    assert difference.abs().max() <= 0.01


def test_the_five_documents_are_scored(home: Path) -> None:
    texts = current(home, "text_readability")
    assert texts.height == 5
    assert texts["level"].is_in(["A", "B1", "B2", "C"]).all()
    assert (texts["words"] > 500).all()


def test_not_one_row_of_the_real_input_is_lost(home: Path) -> None:
    delivered = current(home, "source_delivery")
    assert delivered["rows_quarantined"].sum() == 0
    rows = dict(delivered.select("table_name", "rows_accepted").rows())
    assert rows == {"staff_costs_by_municipality": 6398, "region_membership": 28, "texts": 5}
