"""Columns whose days stand in another order than they are read."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from dronten_pipeline.ingest import date_order
from dronten_pipeline.ingest.dialect import Refused

AS_OF = dt.date(2026, 6, 30)


@pytest.mark.parametrize(
    "texts",
    [
        ["03-04-2026 09:00", "03-05-2026 09:00", "03-13-2026 09:00"],
        ["3-4-2026", None, "3-31-2026"],
        ["03-04-26", "03-31-26"],
    ],
)
def test_a_month_in_front_makes_the_other_days_uncertain(texts: list[str | None]) -> None:
    with pytest.raises(Refused, match="betaald_op"):
        date_order.check_months("betaald_op", pl.Series(texts))


@pytest.mark.parametrize(
    "texts",
    [
        ["03-04-2026", "13-04-2026", "03-31-2026"],  # one mistake among days in front
        ["03-03-2026", "03-13-2026"],  # nothing that could be read in another way
        ["2026-03-04", "03-31-2026"],
        ["31-02-2026", "03-04-2026"],
        [],
    ],
)
def test_days_in_front_are_left_alone(texts: list[str]) -> None:
    date_order.check_months("betaald_op", pl.Series(texts, dtype=pl.String))


@pytest.mark.parametrize(
    "texts",
    [
        ["26-03-02", "26-03-03 10:00", "26-03-14"],
        ["25-12-30", "25-12-31", "26-01-01", "26-01-02"],
    ],
)
def test_years_of_two_digits_in_front_are_refused(texts: list[str]) -> None:
    with pytest.raises(Refused, match="vier cijfers"):
        date_order.check_years("betaald_op", pl.Series(texts), AS_OF)


@pytest.mark.parametrize(
    "texts",
    [
        ["02-03-26", "03-03-26", "14-03-26"],
        ["31-12-27", "31-12-28", "31-12-29", "31-12-30"],  # permits end on the last day of a year
        ["01-01-26", "01-01-27", "01-01-28"],
        ["26-03-26", "26-04-26", "27-04-26"],
        [],
    ],
)
def test_days_in_front_of_short_years_are_left_alone(texts: list[str]) -> None:
    date_order.check_years("betaald_op", pl.Series(texts, dtype=pl.String), AS_OF)
