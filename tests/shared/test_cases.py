"""Cases with answers that were computed apart from this project: each ends with a release."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.chain.deliveries import current
from tests.conftest import Datalab

KEYS = ["kpi_id", "period_grain", "period_start", "dimension", "dimension_value"]
PEOPLE = [
    "website_text_clarity", "website_satisfaction", "service_rating", "triage_satisfaction",
    "mijndronten_users", "b1_training_coverage", "onboarding_training_coverage",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["small", "hostile"])
def test_a_case_is_published_with_its_answers(
    name: str, datalab: Datalab, shared: Path, tmp_path: Path
) -> None:
    case = shared / "cases" / name
    day = (case / "as_of").read_text(encoding="utf-8").strip()
    ran = datalab("run", home=tmp_path, landing=case / "landing", as_of=day)
    assert ran.returncode == 0, ran.stdout + ran.stderr

    verdict = current(tmp_path, "publication")["verdict"].item()
    assert verdict in ("passed", "passed_with_warnings"), "held back, or approved by hand"
    ours = current(tmp_path, "fct_kpi_value")
    kpis = current(tmp_path, "dim_kpi")["kpi_id"]
    answers = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    expected = (
        pl.DataFrame(
            [[*row[:5], *(None if v is None else float(v) for v in row[5:])] for row in answers],
            schema=[*KEYS, "true_value", "true_numerator", "true_denominator"],
            orient="row",
            infer_schema_length=None,
        )
        .with_columns(pl.col("period_start").str.to_date())
        .filter(pl.col("kpi_id").is_in(kpis.implode()))
    )
    assert expected.height > 100
    found = expected.join(ours, on=KEYS, how="left")
    # Parts of running periods of KPIs about people are listed, but do not exist in the mart.
    absent = found.filter(pl.col("as_of").is_null())
    assert absent["kpi_id"].is_in(PEOPLE).all(), absent
    assert absent.join(ours, on=KEYS[:4], how="semi").is_empty(), absent
    running = ours.filter(pl.col("is_provisional") & pl.col("kpi_id").is_in(PEOPLE))
    assert (running["dimension"] == "total").all()
    found = found.drop_nulls("as_of")
    shown = found.filter(~pl.col("is_suppressed"))
    assert shown.height > 50
    for name in ("value", "numerator", "denominator"):
        difference = (pl.col(name) - pl.col(f"true_{name}")).abs()
        wrong = shown.filter(difference > 1e-9 * pl.max_horizontal(1, pl.col(name).abs()))
        assert wrong.is_empty(), wrong
    small = found.filter(
        pl.col("true_denominator").is_between(1, 4) & pl.col("kpi_id").str.starts_with("website")
    )
    assert small["is_suppressed"].all()
