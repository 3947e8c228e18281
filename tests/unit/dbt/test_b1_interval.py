"""How often the interval of the share of easy texts holds what it says, tried on invented texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import duckdb
import jinja2
import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from dronten_pipeline.readability.parameters import frozen
from tests.conftest import PROJECT

CUT = 46.0
SCORES = {
    "level": pl.String,
    "b1_log_odds_error": pl.Float64,
    "calibration": pl.String,
    "easy_texts": pl.Int64,
    "easy_found": pl.Int64,
    "hard_texts": pl.Int64,
    "hard_found": pl.Int64,
}


@cache
def query() -> str:
    macros = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(
        (PROJECT / "dbt_project" / "macros" / "texts.sql").read_text(encoding="utf-8")
    )
    made: str = macros.make_module({"ref": lambda _: "scores"}).b1_intervals("periods")  # type: ignore[attr-defined]
    return made


@cache
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def intervals(
    is_easy: npt.NDArray[np.bool_],
    chances: npt.NDArray[np.float64],
    calibration: tuple[int, int, int, int] | None,
) -> pl.DataFrame:
    """The rows of the macro b1_intervals for periods (rows) of texts (columns)."""
    told: Sequence[Any] = (None, *calibration) if calibration else (None,) * 5
    scores = pl.DataFrame(
        [("B1", frozen().b1_log_odds_error, "own" if calibration else None, *told[1:])],
        schema=SCORES,
        orient="row",
    )
    periods = pl.DataFrame(
        {
            "period_grain": "year",
            "period_start": np.repeat(np.arange(len(is_easy)), is_easy.shape[1]),
            "numerator": is_easy.ravel().astype(np.int64),
            "denominator": 1,
            "b1_probability": chances.ravel(),
        }
    )
    connection().register("scores", scores)
    connection().register("periods", periods)
    return connection().execute(query()).pl().sort("period_start")


def held(found: pl.DataFrame, truth: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Per period whether the true share, in percent, lies in the interval."""
    low, high = found["ci_low"].to_numpy(), found["ci_high"].to_numpy()
    share = 100 * found["share"].to_numpy()
    assert ((low <= share) & (share <= high) & (low >= 0) & (high <= 100)).all()
    return (low - 1e-9 <= truth) & (truth <= high + 1e-9)


@pytest.mark.parametrize("sensitivity, specificity", [(0.9, 0.85), (0.95, 0.95), (0.75, 0.8)])
@pytest.mark.parametrize("texts", [10, 100])
def test_with_a_calibration_the_true_share_is_inside_in_95_of_100(
    sensitivity: float, specificity: float, texts: int
) -> None:
    chance = np.random.default_rng([texts, int(100 * sensitivity)])
    easy_texts, hard_texts, periods = 60, 40, 8
    # every share that can be, from none to all
    easy = np.linspace(0, texts, periods).round().astype(int)
    is_truly_easy = np.arange(texts) < easy[:, None]
    inside = []
    for _ in range(40):
        calibration = (
            easy_texts,
            int(chance.binomial(easy_texts, sensitivity)),
            hard_texts,
            int(chance.binomial(hard_texts, specificity)),
        )
        called = np.where(is_truly_easy, sensitivity, 1 - specificity)
        is_easy = chance.random((periods, texts)) < called
        found = intervals(is_easy, np.full(is_easy.shape, 0.5), calibration)
        inside.append(held(found, 100 * easy / texts))
    assert np.mean(inside) >= 0.94


@pytest.mark.parametrize("texts", [10, 100, 400])
@pytest.mark.parametrize(("mean", "spread"), [(46, 12), (35, 8), (52, 4), (30, 12)])
def test_without_one_the_share_on_a_parse_is_inside_in_more_than_90_of_100(
    mean: float, spread: float, texts: int
) -> None:
    """The error of a text and that of all texts together are drawn as the method publishes them:
    3.45 points, and as many log odds as the parameters say."""
    own = 3.45
    shared = frozen().b1_log_odds_error * own / 1.702
    chance = np.random.default_rng([texts, int(mean)])
    periods = 500
    scores = chance.normal(mean, spread, (periods, texts))
    on_a_parse = (
        scores + chance.normal(0, shared, (periods, 1)) + chance.normal(0, own, scores.shape)
    )
    chances = 1 / (1 + np.exp(1.702 * (scores - CUT) / own))
    found = intervals(scores < CUT, chances, None)
    assert held(found, 100 * (on_a_parse < CUT).mean(axis=1)).mean() > 0.9


def test_the_interval_is_what_the_method_says() -> None:
    chances = np.array([[0.9, 0.6, 0.3, 0.05]])
    row = intervals(chances > 0.5, chances, None).row(0, named=True)
    sums = float((chances * (1 - chances)).sum())
    error = frozen().b1_log_odds_error
    half = 1.959963984540054 * (sums + (error * sums) ** 2) ** 0.5 / 4
    assert row["share"] == 0.5 and row["corrected"] is None
    assert row["low"] == pytest.approx(chances.mean() - half)
    assert row["ci_low"] == pytest.approx(max(0, 100 * (chances.mean() - half)))
    assert row["ci_high"] == pytest.approx(min(100, 100 * (chances.mean() + half)))


def test_what_texts_share_follows_from_the_published_errors() -> None:
    """docs/readability-method.md: mean errors of 2.75 points, and of 3.5 on municipal texts."""
    to_standard_error = (np.pi / 2) ** 0.5
    overall, municipal = 2.75 * to_standard_error, 3.5 * to_standard_error
    shared = (municipal**2 - overall**2) ** 0.5
    assert frozen().b1_log_odds_error == pytest.approx(1.702 * shared / overall, abs=0.005)
