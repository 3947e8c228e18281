"""Terms and lags in working days: by hand, and against numpy with the package `holidays`.

The macros are rendered as dbt renders them and run on the calendar that dbt built.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import holidays
import jinja2
import numpy as np
import polars as pl
import pytest

from tests.unit.dbt.conftest import DBT_PROJECT, Raw

FIRST, LAST = dt.date(2015, 1, 1), dt.date(2035, 12, 31)


@pytest.fixture(scope="module")
def calendar(built: tuple[Raw, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built[1] / 'warehouse.duckdb'}' as warehouse (read_only)")
        yield connection


def computed(calendar: duckdb.DuckDBPyConnection, macro: str, rows: pl.DataFrame) -> list:
    """The last column of what a macro of term.sql makes of `rows`, in their order."""
    source = (DBT_PROJECT / "macros" / "term.sql").read_text(encoding="utf-8")
    ref = "warehouse.intermediate.{}".format
    calendar.register("delivered", rows.with_row_index("row"))
    module = jinja2.Environment().from_string(source, globals={"ref": ref}).module
    query = getattr(module, macro)("delivered", *rows.columns)
    found = calendar.execute(f"select * from ({query}) order by row").fetchall()
    assert len(found) == rows.height
    return [row[-1] for row in found]


def due(calendar: duckdb.DuckDBPyConnection, start: dt.date, days: int) -> dt.date | None:
    rows = pl.DataFrame({"starts_on": [start], "days": [days]})
    return computed(calendar, "with_due_date", rows)[0]


def lag(calendar: duckdb.DuckDBPyConnection, first: dt.date, second: dt.date | None) -> int | None:
    rows = pl.DataFrame({"first": [first], "second": pl.Series([second], dtype=pl.Date)})
    return computed(calendar, "with_lag", rows)[0]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param("2026-01-05", 2, "2026-01-07", id="Monday"),
        pytest.param("2026-01-09", 2, "2026-01-13", id="Friday"),
        pytest.param("2026-01-10", 2, "2026-01-13", id="Saturday"),
        pytest.param("2026-01-11", 2, "2026-01-13", id="Sunday"),
        pytest.param("2026-01-05", 5, "2026-01-12", id="five days over a weekend"),
        pytest.param("2026-04-02", 2, "2026-04-08", id="Good Friday and Easter Monday"),
        pytest.param("2026-04-03", 1, "2026-04-07", id="received on Good Friday"),
        pytest.param("2026-04-24", 1, "2026-04-28", id="King's Day on a Monday"),
        pytest.param("2025-04-25", 1, "2025-04-28", id="King's Day on a Sunday, kept on Saturday"),
        pytest.param("2026-05-04", 1, "2026-05-06", id="5 May, no lustrum"),
        pytest.param("2026-05-13", 1, "2026-05-15", id="Friday after Ascension Day is worked"),
        pytest.param("2026-05-22", 1, "2026-05-26", id="Whit Monday"),
        pytest.param("2021-12-24", 1, "2021-12-27", id="Christmas in a weekend is not moved"),
        pytest.param("2025-12-24", 1, "2025-12-29", id="Christmas on Thursday and Friday"),
        pytest.param("2025-12-30", 2, "2026-01-02", id="over the turn of the year"),
        pytest.param("2025-12-24", 5, "2026-01-05", id="Christmas and New Year in one term"),
        pytest.param("2024-02-28", 1, "2024-02-29", id="leap day"),
        pytest.param("2026-01-10", 0, "2026-01-10", id="no days, on a Saturday"),
        pytest.param("2026-01-07", -3, "2026-01-07", id="less than no days"),
        pytest.param("2035-12-31", 1, "2036-01-01", id="beyond the seed without holidays"),
        pytest.param("1970-01-01", 1, "1970-01-02", id="before the seed without holidays"),
        pytest.param("2100-12-31", 1, None, id="beyond the calendar"),
        pytest.param("1025-01-10", 2, None, id="a year that cannot be"),
    ],
)
def test_a_term_ends_on_the_nth_working_day_after_its_start(
    calendar: duckdb.DuckDBPyConnection, start: str, days: int, expected: str | None
) -> None:
    assert due(calendar, day(start), days) == (day(expected) if expected else None)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("2026-01-07", "2026-01-07", 0, id="same day"),
        pytest.param("2026-01-07", "2026-01-08", 1, id="next day"),
        pytest.param("2026-01-09", "2026-01-12", 1, id="Friday to Monday"),
        pytest.param("2026-01-09", "2026-01-11", 0, id="Friday to Sunday"),
        pytest.param("2026-01-10", "2026-01-12", 1, id="Saturday to Monday"),
        pytest.param("2026-04-02", "2026-04-07", 1, id="over Easter"),
        pytest.param("2025-12-31", "2026-01-02", 1, id="over New Year"),
        pytest.param("2026-01-08", "2026-01-07", 0, id="the wrong way round"),
        pytest.param("2026-01-08", None, None, id="not ended"),
        pytest.param("1025-01-01", "2026-01-01", None, id="outside the calendar"),
    ],
)
def test_a_lag_counts_the_working_days_after_the_first_up_to_the_second(
    calendar: duckdb.DuckDBPyConnection, first: str, second: str | None, expected: int | None
) -> None:
    assert lag(calendar, day(first), day(second) if second else None) == expected


@pytest.fixture(scope="module")
def independent() -> np.busdaycalendar:
    """The working days of the same years by packages that know nothing of this project."""
    years = range(FIRST.year, LAST.year + 1)
    found = holidays.country_holidays("NL", years=years, categories=("public", "optional"))
    days = {day for day, name in found.items() if name not in ("Easter Sunday", "Pentecost")}
    days |= {dt.date(year, 5, 5) for year in years}
    return np.busdaycalendar(holidays=sorted(days))


def all_days() -> np.ndarray:
    return np.arange(FIRST, LAST + dt.timedelta(days=1), dtype="datetime64[D]")


@pytest.mark.parametrize("days", [1, 2, 5, 10, 30])
def test_every_term_of_2015_to_2035_is_that_of_numpy(
    calendar: duckdb.DuckDBPyConnection, independent: np.busdaycalendar, days: int
) -> None:
    starts = all_days()[:-60]
    expected = np.busday_offset(starts, days, roll="backward", busdaycal=independent)
    rows = pl.DataFrame({"starts_on": starts, "days": np.full(starts.size, days)})
    assert computed(calendar, "with_due_date", rows) == expected.tolist()


@pytest.mark.parametrize("calendar_days", [0, 1, 2, 3, 5, 30, 365, 3000])
def test_every_lag_of_2015_to_2035_is_that_of_numpy(
    calendar: duckdb.DuckDBPyConnection, independent: np.busdaycalendar, calendar_days: int
) -> None:
    first = all_days()[: -calendar_days - 1]
    second = first + calendar_days
    expected = np.busday_count(first + 1, second + 1, busdaycal=independent)
    rows = pl.DataFrame({"first": first, "second": second})
    assert computed(calendar, "with_lag", rows) == expected.tolist()


def test_the_project_has_no_other_arithmetic_of_working_days() -> None:
    """Whoever needs a term or a lag takes it from term.sql."""
    users = {
        path.relative_to(DBT_PROJECT).as_posix()
        for folder in ("macros", "models")
        for path in (DBT_PROJECT / folder).rglob("*.sql")
        if "working_day_number" in path.read_text(encoding="utf-8")
    }
    assert users == {"macros/term.sql", "models/intermediate/int_calendar.sql"}
