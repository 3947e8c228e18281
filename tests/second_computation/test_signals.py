"""What kpi_signal says is what a second computation from the published figures says."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.second_computation.signals import signals

CLOSE = 1e-9


def is_close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= CLOSE * max(1, abs(other))


def test_every_signal_follows_from_the_figures_before_it(sample_home: Path) -> None:
    folder = sample_home / "releases" / "current" / "parquet"
    published = pl.read_parquet(folder / "kpi_signal.parquet")
    figures = pl.read_parquet(folder / "fct_kpi_value.parquet")
    kpis = pl.read_parquet(folder / "dim_kpi.parquet")
    judged = 0
    for kpi in kpis.iter_rows(named=True):
        kpi_id = kpi["kpi_id"]
        here = signals(
            figures.filter(pl.col("kpi_id") == kpi_id).iter_rows(named=True),
            grain=kpi["period_grain"],
            unit=kpi["unit"],
            direction=kpi["direction"],
        )
        said = published.filter(pl.col("kpi_id") == kpi_id).sort("period_start").to_dicts()
        assert [row["period_start"] for row in said] == [one.start for one in here], kpi_id
        for row, one in zip(said, here, strict=True):
            where = (kpi_id, one.start)
            assert row["period_grain"] == kpi["period_grain"], where
            assert (row["signal"], row["method"]) == (one.signal, one.method), where
            assert is_close(row["centre"], one.centre), where
            assert is_close(row["lower"], one.lower), where
            assert is_close(row["upper"], one.upper), where
            first, last = one.baseline or (None, None)
            assert (row["baseline_from"], row["baseline_until"]) == (first, last), where
            judged += one.signal != "unknown"
    words = set(published["signal"])
    assert judged > 100, "the sample is long enough to judge"
    assert len(words & {"better", "worse", "shift_better", "shift_worse"}) >= 3, words
