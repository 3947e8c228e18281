"""What kpi_status says is what a second computation from the published figures says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.second_computation import verdicts

CLOSE = 1e-9


@pytest.fixture(scope="module")
def published(sample_home: Path) -> dict[str, pl.DataFrame]:
    folder = sample_home / "releases" / "current" / "parquet"
    return {
        name: pl.read_parquet(folder / f"{name}.parquet")
        for name in ("kpi_status", "fct_kpi_value", "dim_kpi", "publication")
    }


def cases(published: dict[str, pl.DataFrame]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    figures = published["fct_kpi_value"]
    return [
        (row, figures.filter(pl.col("kpi_id") == row["kpi_id"]).to_dicts())
        for row in published["kpi_status"].iter_rows(named=True)
    ]


def is_close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= CLOSE * max(1, abs(other))


def test_what_is_judged_is_the_year_so_far_or_the_latest_stock(
    published: dict[str, pl.DataFrame],
) -> None:
    as_of: dt.date = published["publication"]["as_of"].item()
    for row, figures in cases(published):
        kpi_id = row["kpi_id"]
        if kpi_id == "external_hiring_share":
            continue  # judged on the accounts of all municipalities
        here = verdicts.judged(kpi_id, row["period_grain"], figures, as_of)
        assert here is not None, kpi_id
        assert (here.start, here.until) == (row["judged_period_start"], row["judged_until"]), kpi_id
        if kpi_id in verdicts.NO_SUM:
            continue
        assert is_close(row["judged_value"], here.value), kpi_id
        assert row["judged_sample_size"] == here.size, kpi_id
        if kpi_id not in verdicts.BY_OTHER_MEANS:
            assert is_close(row["judged_ci_low"], here.low), kpi_id
            assert is_close(row["judged_ci_high"], here.high), kpi_id


def test_every_status_follows_from_the_figures_and_the_targets(
    published: dict[str, pl.DataFrame],
) -> None:
    as_of: dt.date = published["publication"]["as_of"].item()
    seen = set()
    for row, figures in cases(published):
        kpi_id = row["kpi_id"]
        if kpi_id == "external_hiring_share":
            continue
        here = verdicts.judged(kpi_id, row["period_grain"], figures, as_of)
        if here is not None and kpi_id in verdicts.BY_OTHER_MEANS | verdicts.NO_SUM:
            here = verdicts.Judged(
                start=here.start,
                until=here.until,
                value=row["judged_value"],
                size=here.size,
                low=row["judged_ci_low"],
                high=row["judged_ci_high"],
            )
        assert row["status"] == verdicts.status(kpi_id, here), (kpi_id, here)
        before = verdicts.whole_year(kpi_id, figures, as_of)
        assert row["previous_year_status"] == verdicts.status(kpi_id, before), (kpi_id, before)
        assert is_close(row["previous_year_value"], before.value if before else None), kpi_id
        seen.add(row["status"])
    assert len(seen) > 3  # the sample shows more than good and bad


def test_no_verdict_stands_without_its_target_and_what_it_is_about(
    published: dict[str, pl.DataFrame],
) -> None:
    said = published["kpi_status"].filter(
        pl.col("status").is_in(["on_target", "off_target", "uncertain", "running"])
        & (pl.col("kpi_id") != "external_hiring_share")
    )
    for column in ("target_from", "target_value", "judged_period_start", "judged_until"):
        assert said[column].null_count() == 0, column
    assert said.filter(pl.col("target_from") > pl.col("judged_until")).is_empty()
