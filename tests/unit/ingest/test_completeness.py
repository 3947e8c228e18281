"""What may be missing is found where it is missing, and nowhere else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import Cadence, Table
from dronten_pipeline.ingest.completeness import GAP_COLUMNS, find_gaps, note

AS_OF = dt.date(2026, 3, 17)


def table(kind: str = "date", **roles: Any) -> Table:
    names = {"integer": ("jaar", "maand")}.get(kind, ("dag",))
    columns = [{"name": name, "type": kind, "description": "Wanneer."} for name in names]
    number = {"name": "Nummer", "type": "text", "required": True, "description": "Nummer."}
    return Table.model_validate(
        {
            "name": "loans",
            "description": "Een uitlening per regel.",
            "key": ["Nummer"],
            "columns": [number, *columns],
            **roles,
        }
    )


def periods(days: list[Any], cadence: Cadence = "monthly") -> list[tuple[str, str, int]]:
    kind = "timestamp" if isinstance(days[0], dt.datetime) else "date"
    stored = pl.Date if kind == "date" else pl.Datetime("us", "UTC")
    rows = pl.LazyFrame({"dag": days}, schema={"dag": stored})
    found = find_gaps(rows, table(kind, event_date="dag"), cadence, AS_OF)
    assert found.schema == GAP_COLUMNS
    assert set(found["kind"]) <= {"period"}
    return found.drop("kind").rows()


def numbers(*values: str | None) -> list[tuple[str, str, int]]:
    rows = pl.LazyFrame({"nummer": values}, schema={"nummer": pl.String})
    found = find_gaps(rows, table(number_series="Nummer"), "monthly", AS_OF)
    assert found.schema == GAP_COLUMNS
    return found.drop("kind").rows()


def first_days(*months: str) -> list[dt.date]:
    return [dt.date.fromisoformat(f"{month}-01") for month in months]


@pytest.mark.parametrize(
    ("days", "cadence", "expected"),
    [
        pytest.param(first_days("2025-12", "2026-01"), "monthly", [], id="none"),
        pytest.param(
            first_days("2025-09", "2026-01"), "monthly", [("2025-10", "2025-12", 3)], id="one"
        ),
        pytest.param(
            first_days("2025-08", "2025-10", "2025-12", "2026-01"),
            "weekly",
            [("2025-09", "2025-09", 1), ("2025-11", "2025-11", 1), ("2026-02", "2026-02", 1)],
            id="two_and_the_last_that_is_due",
        ),
        pytest.param(
            # January has until 17 March, 45 days after its end
            first_days("2025-10"),
            "monthly",
            [("2025-11", "2025-12", 2)],
            id="stopped_coming",
        ),
        pytest.param(
            first_days("2025-01", "2025-10"),
            "quarterly",
            [("2025-K2", "2025-K3", 2)],
            id="quarters",
        ),
        pytest.param(first_days("2022-05", "2024-05"), "yearly", [("2023", "2023", 1)], id="years"),
        pytest.param(first_days("2022-05", "2024-05"), "once", [], id="no_rhythm"),
        pytest.param(
            first_days("2025-12", "2026-01", "2026-09"), "monthly", [], id="after_the_day"
        ),
    ],
)
def test_a_period_without_records_is_a_gap_once_it_was_due(
    days: list[dt.date], cadence: Cadence, expected: list[tuple[str, str, int]]
) -> None:
    assert periods(days, cadence) == expected


def test_a_moment_belongs_to_the_month_of_the_local_day() -> None:
    utc = dt.UTC
    december = dt.datetime(2025, 11, 30, 23, 30, tzinfo=utc)  # 1 December in Dronten
    assert periods([december, dt.datetime(2026, 1, 5, tzinfo=utc)]) == []


def test_a_year_and_a_month_are_a_period_and_closing_entries_belong_to_december() -> None:
    rows = pl.LazyFrame({"jaar": [2025, 2025, 2026, 1000000], "maand": [10, 13, 1, 1]})
    found = find_gaps(rows, table("integer", event_date=["jaar", "maand"]), "monthly", AS_OF)
    assert found["first"].to_list() == ["2025-11"]


def test_a_table_without_records_has_no_gaps() -> None:
    rows = pl.LazyFrame(schema={"dag": pl.Date, "nummer": pl.String})
    found = find_gaps(rows, table(event_date="dag", number_series="Nummer"), "monthly", AS_OF)
    assert found.is_empty()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(["A1", "A2", "A3"], [], id="none"),
        pytest.param(["A3", "A1", "A1"], [("A2", "A2", 1)], id="one_in_any_order"),
        pytest.param(["A8", "A10"], [("A9", "A9", 1)], id="without_zeros"),
        pytest.param(["0998", "1003"], [("0999", "1002", 4)], id="with_zeros"),
        pytest.param(
            ["F2025-0001", "F2025-0004", "F2026-0002"],
            [("F2025-0002", "F2025-0003", 2)],
            id="a_series_per_year",
        ),
        pytest.param(["202600001", "202600005"], [(None, None, 3)], id="long_numbers_are_counted"),
        pytest.param(["00000001", "00000003"], [(None, None, 1)], id="long_with_zeros"),
        pytest.param(["9999998", "10000002"], [(None, None, 3)], id="become_long"),
        pytest.param(["123-456-781", "123-456-783"], [(None, None, 1)], id="long_in_groups"),
        pytest.param(["A1", None, "A-", "A3"], [("A2", "A2", 1)], id="no_number"),
    ],
)
def test_a_number_that_is_skipped_is_a_gap(
    values: list[str | None], expected: list[tuple[str | None, str | None, int]]
) -> None:
    assert numbers(*values) == expected


def test_the_note_names_the_first_gaps_and_counts_the_rest() -> None:
    rows = [("period", "2025-10", "2025-12", 3)]
    rows += [("number", f"A{n}", f"A{n}", 1) for n in range(1, 15, 2)]
    assert note(pl.DataFrame(rows, schema=GAP_COLUMNS, orient="row")) == (
        "In deze tabel ontbreken perioden: oktober 2025 t/m december 2025 (3). In deze "
        "tabel ontbreken nummers (niet geleverd of afgekeurd): A1, A3, A5, A7, A9, en nog 2 op 2 "
        "plaatsen."
    )
    assert note(GAP_COLUMNS.to_frame()) == ""


def test_the_note_counts_long_numbers_and_names_none() -> None:
    def said(*rows: tuple[str, str | None, str | None, int]) -> str:
        return note(pl.DataFrame(list(rows), schema=GAP_COLUMNS, orient="row"))

    start = "In deze tabel ontbreken nummers (niet geleverd of afgekeurd): "
    assert said(("number", None, None, 12)) == start + "12 op 1 plaats."
    assert (
        said(("number", None, None, 12), ("number", None, None, 1)) == start + "13 op 2 plaatsen."
    )
    both = said(("number", None, None, 12), ("number", "A1", "A1", 1))
    assert both == start + "A1, en nog 12 op 1 plaats."
