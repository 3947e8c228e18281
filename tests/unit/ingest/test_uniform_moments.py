"""Moments that are all written alike are what each of them is by itself."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from dronten_pipeline.ingest import moments, uniform_moments

FIXED = [one for one in moments.LAYOUTS if one.shortest == one.longest]
DAYS = [
    dt.datetime(1, 1, 1, 23, 59, 59),
    dt.datetime(1900, 2, 28, 1, 2, 3),
    dt.datetime(2000, 2, 29, 12, 30, 45),
    dt.datetime(2024, 12, 31, 23, 59, 59),
    dt.datetime(9999, 12, 31),
]


def _written(day: dt.datetime, layout: moments.Layout) -> str:
    return day.strftime(layout.format.replace("%Y", f"{day.year:04d}"))


@pytest.mark.parametrize("layout", FIXED, ids=lambda one: one.format)
def test_each_is_read_as_by_itself(layout: moments.Layout) -> None:
    days = DAYS + [dt.datetime(2023, 1, 1) + dt.timedelta(hours=7 * n) for n in range(2_000)]
    texts = pl.Series("op", [None, *(_written(day, layout) for day in days), None])
    found = uniform_moments.read(texts)
    assert found is not None and found[0] == layout
    read = [dt.datetime.strptime(text, layout.format) if text else None for text in texts]
    assert found[1].name == "op" and found[1].dtype == moments.NAIVE
    assert found[1].to_list() == read
    alone = uniform_moments.read(texts.drop_nulls())
    assert alone is not None and alone[1].to_list() == read[1:-1]


@pytest.mark.parametrize(
    "text",
    [
        "00-01-2024 10:00:00", "32-01-2024 10:00:00", "29-02-2023 10:00:00", "29-02-1900 10:00:00",
        "01-00-2024 10:00:00", "01-13-2024 10:00:00", "31-04-2024 10:00:00", "01-01-0000 10:00:00",
        "01-01-2024 24:00:00", "01-01-2024 10:60:00", "01-01-2024 10:00:60", "01/01/2024 10:00:00",
        "01-01-2024T10:00:00", " 1-01-2024 10:00:00", "+1-01-2024 10:00:00", "01-01-2024 10:00",
        "01-01-2024 10.00.00", "a1-01-2024 10:00:00", "01-01-2024 10:00:0²", "01-01-24 10:00:00 ",
    ],
)  # fmt: skip
def test_one_that_is_none_leaves_all_to_be_read_by_themselves(text: str) -> None:
    others = ["02-01-2024 10:00:00"] * 3
    assert uniform_moments.read(pl.Series(others)) is not None
    assert uniform_moments.read(pl.Series([*others, text])) is None
    assert uniform_moments.read(pl.Series([text])) is None or text == "01-01-2024 10:00"


def test_no_text_is_written_in_no_way() -> None:
    assert uniform_moments.read(pl.Series([None, None], dtype=pl.String)) is None
    assert uniform_moments.read(pl.Series([], dtype=pl.String)) is None


def _half_hours(first: int) -> list[dt.datetime]:
    return [dt.datetime(first, 1, 1) + dt.timedelta(minutes=30 * n) for n in range(2 * 17_520)]


def _localised(local: list[dt.datetime]) -> pl.Series:
    return pl.select(at=moments.localised(pl.lit(pl.Series([None, *local])))).to_series()[1:]


@pytest.mark.parametrize("first", [1890, 1936, 1939, 1945, 1976, 2024])
def test_moments_of_some_years_lie_where_each_lies(first: int) -> None:
    local = _half_hours(first)
    one_by_one = moments._placed(pl.Series(local, dtype=moments.NAIVE))
    assert _localised(local).to_list() == one_by_one.to_list()


def test_moments_lie_where_the_clock_says() -> None:
    local, zone = _half_hours(2024), ZoneInfo(moments.ZONE)
    for moment, found in zip(local, _localised(local), strict=True):
        skipped = moment.month == 3 and found.astimezone(zone).hour == moment.hour + 1
        later = moment + dt.timedelta(hours=1) if skipped else moment
        assert found == later.replace(tzinfo=zone).astimezone(dt.UTC)
        assert not skipped or moment.hour == 2
