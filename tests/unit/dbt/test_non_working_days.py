"""The calendar seed against the package `holidays`, which computes the days by itself."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import holidays
import pytest

YEARS = range(2015, 2036)
SEED = Path(__file__).parents[3] / "dbt_project" / "seeds" / "non_working_day.csv"


def seeded() -> dict[dt.date, str]:
    with SEED.open(encoding="utf-8") as file:
        return {dt.date.fromisoformat(row["date"]): row["name_nl"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("year", YEARS)
def test_the_days_of_a_year_are_those_of_the_law(year: int) -> None:
    # Good Friday and 5 May are optional in the package; Easter and Whit Sunday are no days of
    # the law by name, and a Sunday is no working day anyway.
    computed = holidays.country_holidays(
        "NL", years=year, categories=("public", "optional"), language="en_US"
    )
    expected = {day for day, name in computed.items() if name not in ("Easter Sunday", "Pentecost")}
    expected.add(dt.date(year, 5, 5))
    assert {day for day in seeded() if day.year == year} == expected


def test_kings_day_moves_from_a_sunday_to_the_saturday_before() -> None:
    days = seeded()
    assert days[dt.date(2025, 4, 26)] == "Koningsdag"
    assert dt.date(2025, 4, 27) not in days


def test_liberation_day_is_there_every_year() -> None:
    assert all("Bevrijdingsdag" in seeded()[dt.date(year, 5, 5)] for year in YEARS)
