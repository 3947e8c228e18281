"""The published mart says what a second computation from the delivered files says, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.second_computation.kpis import KPIS, easter

KEYS = ["period_grain", "period_start", "dimension", "dimension_value"]
NUMBERS = ["value", "numerator", "denominator", "sample_size"]
#: The last digit: two roundings of a double.
LAST_DIGIT = 1e-12
ABOUT_PEOPLE = {
    "website_text_clarity", "service_rating", "mijndronten_users", "b1_training_coverage",
}  # fmt: skip
#: So many breakdowns of a KPI may be too small to be shown at all.
MOST_LEFT_OUT = 0


def table(home: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(home / "releases" / "current" / "parquet" / f"{name}.parquet")


@pytest.fixture(scope="module", params=KPIS, ids=lambda kpi: kpi.__name__)
def both(
    request: pytest.FixtureRequest, sample_home: Path
) -> tuple[str, pl.DataFrame, pl.DataFrame]:
    """A KPI, its published rows, and the same rows computed here."""
    kpi: Callable[[dt.date], pl.DataFrame] = request.param
    as_of = table(sample_home, "publication")["as_of"].item()
    published = table(sample_home, "fct_kpi_value").filter(pl.col("kpi_id") == kpi.__name__)
    here = kpi(as_of).select(*KEYS, *(pl.col(name).cast(pl.Float64) for name in NUMBERS))
    return (
        kpi.__name__,
        published.with_columns(pl.col("dimension_value").str.to_lowercase()),
        here,
    )


def test_the_same_rows_are_published(both: tuple[str, pl.DataFrame, pl.DataFrame]) -> None:
    name, published, here = both
    absent = here.join(published, on=KEYS, how="anti")
    if name in ABOUT_PEOPLE:
        # Of a period that runs only the total is published, and of some that are over too.
        breakdown = KEYS[:3]
        assert not (absent["dimension"] == "total").any()
        assert absent.join(published, on=breakdown, how="semi").is_empty()
        left_out = absent.join(
            published.filter(~pl.col("is_provisional")), on=KEYS[:2], how="semi"
        ).select(breakdown)
        assert left_out.n_unique() <= MOST_LEFT_OUT
    else:
        assert absent.is_empty()
    missing = published.join(here, on=KEYS, how="anti")
    # A row may say that there was nothing to divide.
    assert missing["value"].null_count() == missing.height, missing
    assert not missing["is_suppressed"].any()


def test_every_figure_agrees_to_the_last_digit(
    both: tuple[str, pl.DataFrame, pl.DataFrame],
) -> None:
    name, published, here = both
    compared = published.filter(~pl.col("is_suppressed")).join(here, on=KEYS, suffix="_here")
    assert compared.height > 10, name
    for number in NUMBERS:
        ours, theirs = pl.col(number).cast(pl.Float64), pl.col(f"{number}_here")
        differ = (ours - theirs).abs() > LAST_DIGIT * pl.max_horizontal(1, theirs.abs())
        wrong = compared.filter(differ | (ours.is_null() != theirs.is_null()))
        assert wrong.is_empty(), wrong.select(*KEYS, number, f"{number}_here")


def test_every_small_group_is_hidden_and_nothing_without_reason(
    both: tuple[str, pl.DataFrame, pl.DataFrame],
) -> None:
    name, published, here = both
    compared = published.join(here, on=KEYS, suffix="_here")
    small = compared.filter(pl.col("sample_size_here").is_between(1, 4))
    if name not in ABOUT_PEOPLE:
        assert not compared["is_suppressed"].any()
        return
    assert small["is_suppressed"].all()
    # What is hidden beside a small group stands in a period with one, or in its quarter or year.
    years = small.select(pl.col("period_start").dt.year().unique())
    hidden_years = compared.filter("is_suppressed").select(
        pl.col("period_start").dt.year().unique()
    )
    assert hidden_years.join(years, on="period_start", how="anti").is_empty()


@pytest.mark.parametrize(
    ("year", "day"),
    [(2019, "04-21"), (2024, "03-31"), (2025, "04-20"), (2026, "04-05"), (2038, "04-25")],
)
def test_easter_falls_on_the_day_of_the_almanac(year: int, day: str) -> None:
    assert f"{easter(year):%m-%d}" == day
