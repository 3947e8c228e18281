"""What moves when the as-of date moves by a day, over Easter and over a weekend, and why.

The delivery of `by_hand/` is judged on one day after the other: the SQL of every KPI that the run
compiled is computed again on a copy of its warehouse, with another day in the run's context. Each
KPI that moves stands below with the records that move it; any other movement fails the test.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

CELL = ["kpi_id", "period_grain", "period_start", "dimension", "dimension_value"]

#: By day (of April 2026), the KPIs whose figures differ from those of the day before.
MOVES = {
    3: {  # Good Friday: no term ends, but people vote
        "website_text_clarity": "a vote on Good Friday",
    },
    4: {  # Saturday
        "invoices_paid_30d": "F18: 30 calendar days, which do not care about Saturdays",
        "callbacks_open_late": "W13 is made: one more open, none more late",
        "mijndronten_users": "a new household logs in",
    },
    5: {  # Easter Sunday
        "public_space_feedback_lag": "R13 is 31 days old and open",
    },
    6: {  # Easter Monday
        "permit_expiry_notice": "V6: three calendar months before 6 July",
    },
    7: {  # Tuesday, the first working day
        "appointment_within_5d": "March is final: the term of 27 March ends today",
        "callbacks_late": "W05, made on Wednesday, is due today",
        "callbacks_open_late": "W05 is handled; W06 and W13 are due tomorrow",
        "enforcement_response": "H4 is due today",
        "kcc_contact_share": "C5",
        "phone_reached": "C5, of which nobody knows whether it was answered: a row without value",
        "service_norm_reports": "the table goes on until today, so none is a count of 0",
        "unclear_text_reports": "N5",
    },
    8: {  # Wednesday
        "callbacks_late": "W06 and W13, made on Thursday and Saturday, are due today",
        "callbacks_open_late": "W13 is handled, B05 is made, W06 is late",
        "kcc_contact_share": "C6",
        "press_answered": "P4, received on Thursday, is due today",
        "public_space_feedback_lag": "R05 is told",
        "triage_first_response": "Z3, received on Thursday, is due today",
        "unclear_text_reports": "N6",
    },
    11: {  # Saturday after a Friday with nothing over the weekend
        "appointment_within_5d": "A13 is asked for: its clock starts",
        "callbacks_open_late": "B05 is handled at 00:30",
    },
    12: {},  # Sunday
    13: {  # Monday
        "callbacks_late": "B06, made on Thursday, is due today",
        "callbacks_open_late": "B06 is late today",
    },
}


def tables(connection: duckdb.DuckDBPyConnection, day: dt.date, compiled: Path) -> pl.DataFrame:
    """The figures of all KPIs, nothing hidden, as they are on a as-of date."""
    connection.execute(
        "create or replace view staging.stg_run__context as "
        f"select 'r' as run_id, date '{day}' as as_of, 'c' as code_version, "
        "false as is_sample, 'n' as release_id"
    )
    terms = [
        path for path in sorted((compiled / "intermediate").glob("int_*.sql"))
        if not path.stem.startswith(("int_kpi", "int_staged"))
    ]  # fmt: skip
    for path in terms:
        sql = path.read_text(encoding="utf-8")
        connection.execute(f"create or replace table intermediate.{path.stem} as {sql}")
    figures = [
        connection.sql(path.read_text(encoding="utf-8"))
        .pl()
        .with_columns(
            pl.col("value", "numerator", "denominator").cast(pl.Float64),
            pl.col("sample_size").cast(pl.Int64),
        )
        for path in sorted((compiled / "kpi").glob("kpi_*.sql"))
    ]
    return pl.concat(figures, how="diagonal_relaxed")


@pytest.fixture(scope="module")
def judged(hand_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, pl.DataFrame]:
    """All figures by day of April 2026."""
    compiled = next((hand_home / "dbt").rglob("compiled/datalab/models"))
    copy = tmp_path_factory.mktemp("days") / "warehouse.duckdb"
    shutil.copyfile(hand_home / "warehouse" / "latest" / "warehouse.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        return {
            day: tables(connection, dt.date(2026, 4, day), compiled)
            for day in sorted({day - before for day in MOVES for before in (0, 1)})
        }


@pytest.mark.parametrize("day", MOVES, ids=lambda day: f"{dt.date(2026, 4, day):%a-%d-%B}")
def test_only_what_a_record_explains_moves(judged: dict[int, pl.DataFrame], day: int) -> None:
    numbers = ["value", "numerator", "denominator", "sample_size", "is_provisional"]
    moved = (
        judged[day - 1]
        .join(judged[day], on=CELL, how="full", coalesce=True, suffix="_now")
        .filter(
            pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in numbers)
        )
    )
    assert set(moved["kpi_id"]) == set(MOVES[day]), moved.select(*CELL, "value", "value_now")


def figure(figures: pl.DataFrame, kpi: str, value: str = "total") -> tuple[float, float]:
    """Numerator and denominator of April."""
    row = figures.filter(
        kpi_id=kpi, period_grain="month", period_start=dt.date(2026, 4, 1), dimension_value=value
    ).row(0, named=True)
    return row["numerator"], row["denominator"]


@pytest.mark.parametrize(
    ("kpi", "part", "by_day"),
    [
        pytest.param(
            "callbacks_late", "total",
            {2: (1, 2), 6: (1, 2), 7: (1, 3), 8: (2, 5)},
            id="working_days_stand_still_over_easter",
        ),
        pytest.param(
            "invoices_paid_30d", "total",
            {3: (1, 2), 4: (1, 3), 6: (1, 3)},
            id="calendar_days_do_not",
        ),
        pytest.param(
            "callbacks_open_late", "total",
            {10: (3, 5), 11: (2, 4), 12: (2, 4), 13: (3, 4)},
            id="a_stock_follows_each_day",
        ),
    ],
)  # fmt: skip
def test_a_figure_day_by_day(
    judged: dict[int, pl.DataFrame], kpi: str, part: str, by_day: dict[int, tuple[int, int]]
) -> None:
    assert {day: figure(judged[day], kpi, part) for day in by_day} == by_day


def test_a_month_with_running_terms_stays_provisional(judged: dict[int, pl.DataFrame]) -> None:
    march = {
        day: figures.filter(
            kpi_id="appointment_within_5d",
            period_grain="month",
            period_start=dt.date(2026, 3, 1),
            dimension="total",
        )["is_provisional"][0]
        for day, figures in judged.items()
    }
    assert {day for day, provisional in march.items() if provisional} == {2, 3, 4, 5, 6}
