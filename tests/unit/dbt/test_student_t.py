"""The quantiles of Student's t: the seed and the expansion beyond it, against its density."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

DBT_PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"


def density(freedom: int) -> Callable[[float], float]:
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(
        freedom * math.pi
    )
    return lambda x: scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2)


def probability_below(quantile: float, freedom: int, steps: int = 20_000) -> float:
    """Half of the distribution and the integral from 0, by Simpson's rule."""
    f, width = density(freedom), quantile / steps
    odd = math.fsum(f(width * n) for n in range(1, steps, 2))
    even = math.fsum(f(width * n) for n in range(2, steps, 2))
    return 0.5 + width / 3 * (f(0) + 4 * odd + 2 * even + f(quantile))


def seed() -> dict[int, float]:
    with (DBT_PROJECT / "seeds" / "student_t.csv").open(encoding="utf-8") as file:
        return {
            int(row["degrees_of_freedom"]): float(row["quantile"]) for row in csv.DictReader(file)
        }


def expansion(freedom: int) -> float:
    """The terms as they stand in macros/kpi_mean.sql."""
    macro = (DBT_PROJECT / "macros" / "kpi_mean.sql").read_text(encoding="utf-8")
    normal, *terms = (float(found) for found in re.findall(r"(\d+\.\d{10,})e0", macro))
    assert len(terms) == 4
    return normal + sum(term / freedom**power for power, term in enumerate(terms, 1))


def test_the_seed_goes_up_to_one_hundred() -> None:
    assert list(seed()) == list(range(1, 101))


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 8, 13, 30, 64, 99, 100])
def test_the_seed_gives_the_quantile(freedom: int) -> None:
    quantile = seed()[freedom]
    error = (probability_below(quantile, freedom) - 0.975) / density(freedom)(quantile)
    assert abs(error) < 1e-9


@pytest.mark.parametrize("freedom", [101, 150, 1_000, 100_000])
def test_the_expansion_gives_the_quantile_beyond_the_seed(freedom: int) -> None:
    quantile = expansion(freedom)
    error = (probability_below(quantile, freedom) - 0.975) / density(freedom)(quantile)
    assert abs(error) < 1e-9


def test_the_seed_and_the_expansion_meet() -> None:
    assert abs(seed()[100] - expansion(100)) < 1e-9
