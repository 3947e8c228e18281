"""A run in which half of the sources delivered nothing: no figure is made up, and it says why.

`by_hand/` delivers twelve of the sources; the others are there by contract only.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import load_sources
from tests.chain.deliveries import current
from tests.conftest import PROJECT

DELIVERED = {path.name for path in (Path(__file__).parent / "by_hand").iterdir() if path.is_dir()}
SILENT = set(load_sources(PROJECT / "sources")) - DELIVERED


@pytest.fixture
def kpis_of_silent_sources(hand_home: Path) -> set[str]:
    kpis = current(hand_home, "dim_kpi")
    return set(kpis.filter(pl.col("source_system").is_in(SILENT))["kpi_id"])


def test_half_of_the_sources_are_silent(kpis_of_silent_sources: set[str]) -> None:
    assert len(SILENT) >= 10
    assert len(kpis_of_silent_sources) >= 10


def test_a_kpi_of_a_silent_source_has_no_figure_and_says_no_data(
    hand_home: Path, kpis_of_silent_sources: set[str]
) -> None:
    status = current(hand_home, "kpi_status").filter(pl.col("kpi_id").is_in(kpis_of_silent_sources))
    assert set(status["status"]) == {"no_data"}
    assert status["value"].null_count() == status.height
    assert kpis_of_silent_sources.isdisjoint(current(hand_home, "fct_kpi_value")["kpi_id"])


def test_the_terminal_says_why_there_is_no_figure(hand_home: Path) -> None:
    said = " ".join((hand_home / "said.txt").read_text(encoding="utf-8").split())
    assert f"Nog niets geleverd door {', '.join(sorted(SILENT))}" in said
    assert "geen levering" in said
    # delivered, but not one penalty order or sport question among the cases
    assert "niets geteld" in said


@pytest.mark.parametrize(
    "rule", ["every_source_delivered", "kpi_without_data", "kpi_without_figures", "texts_present"]
)
def test_the_gate_warns_and_lets_the_rest_through(hand_home: Path, rule: str) -> None:
    rules = current(hand_home, "data_quality")
    assert rules.filter(pl.col("severity") == "critical")["passed"].all()
    assert not rules.filter(pl.col("rule") == rule)["passed"].any()
