"""The published benchmark and its verdict are those of a second computation."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.second_computation.benchmark import benchmark, verdict
from tests.second_computation.files import SAMPLES
from tests.second_computation.test_agreement import table

KEYS = ["year", "region", "method"]


def test_the_benchmark_is_that_of_a_second_computation(sample_home: Path) -> None:
    as_of = table(sample_home, "publication")["as_of"].item()
    rows = list(benchmark(SAMPLES / "iv3" / "sample", as_of.year - 1))
    here = pl.DataFrame(rows, schema_overrides={"year": pl.Int32}).sort(KEYS)
    published = table(sample_home, "external_hiring_benchmark").sort(KEYS)
    assert here.height == published.height >= 9 * 3 * 3
    for name in here.columns:
        if here.schema[name] == pl.Float64:
            worst = (here[name] - published[name]).abs().max()
            assert isinstance(worst, float) and worst < 1e-9, name
        else:
            assert here[name].to_list() == published[name].to_list(), name


def test_the_verdict_follows_from_it(sample_home: Path) -> None:
    as_of = table(sample_home, "publication")["as_of"].item()
    rows = list(benchmark(SAMPLES / "iv3" / "sample", as_of.year - 1))
    status = table(sample_home, "kpi_status").filter(pl.col("kpi_id") == "external_hiring_share")
    assert status["status"].to_list() == [verdict(rows)]
