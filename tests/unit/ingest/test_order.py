"""In which order files that came together were delivered."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest

from dronten_pipeline.ingest import order

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("votes_2026-03.csv", "2026-03-31"),
        ("votes_202603.csv", "2026-03-31"),
        ("votes 03-2026.csv", "2026-03-31"),
        ("votes_20260315.csv", "2026-03-15"),
        ("votes_15032026.csv", "2026-03-15"),
        ("votes 15-03-2026.csv", "2026-03-15"),
        ("votes 5.3.2026.csv", "2026-03-05"),
        ("2026_03_15 votes.csv", "2026-03-15"),
        ("votes_20260315_1530.csv", "2026-03-15 15:30"),
        ("votes_20260315153059.csv", "2026-03-15 15:30:59"),
        ("votes_2026-03-15T15.30.csv", "2026-03-15 15:30"),
        ("votes_2026-03-01_2026-03-31.csv", "2026-03-31"),
        ("votes_20260301_20260331.csv", "2026-03-31"),
        ("votes_2025 export 20260401.csv", "2026-04-01"),
        ("votes_2026-Q1.csv", "2026-03-31"),
        ("votes_2026K1.csv", "2026-03-31"),
        ("votes_kw1-2026.csv", "2026-03-31"),
        ("votes 1e kwartaal 2026.csv", "2026-03-31"),
        ("votes 2026 1e kwartaal.csv", "2026-03-31"),
        ("votes_2026-H1.csv", "2026-06-30"),
        ("votes_2026W10.csv", "2026-03-08"),
        ("votes week 10 2026.csv", "2026-03-08"),
        ("votes maart-2026.csv", "2026-03-31"),
        ("votes 2026 mrt.csv", "2026-03-31"),
        ("VOTES 15 Maart 2026.CSV", "2026-03-15"),
        ("votes_2024-02.csv", "2024-02-29"),
        ("votes_2026.csv", "2026-12-31"),
        ("votes_2023-2026.csv", "2026-12-31"),
        ("votes_2026-02-31.csv", "2026-02-28"),  # no such day: the month is still one
        ("votes_12.csv", None),
        ("votes_1234567.csv", None),
        ("votes.csv", None),
    ],
)
def test_the_date_in_a_name(name: str, date: str | None) -> None:
    found = order.date_in(name)
    assert (found[0] if found else None) == (dt.datetime.fromisoformat(date) if date else None)
    assert order.date_in(unicodedata.normalize("NFD", name)) == found


def at(*names: str) -> dict[str, int | None]:
    """Files that were changed ten seconds after each other, in this order."""
    return {name: place * 10 * SECOND for place, name in enumerate(names)}


@pytest.mark.parametrize(
    ("changed", "expected", "by"),
    [
        pytest.param(at("v_2026-02.csv", "v_2026-01.csv"), [1, 0], "date", id="dates"),
        pytest.param(at("v 01-02-2026.csv", "v 31-01-2026.csv"), [1, 0], "date", id="day first"),
        pytest.param(at("v_2026Q1.csv", "v_2026-04.csv", "v_2025.csv"), [2, 0, 1], "date", id="3"),
        pytest.param(at("v_2026-02.csv", "v.csv"), [0, 1], "time", id="one without a date"),
        pytest.param(at("v_b.csv", "v_a.csv"), [0, 1], "time", id="times"),
        pytest.param(at("v_2026 b.csv", "v_2026 a.csv"), [0, 1], "time", id="equal dates"),
        pytest.param({"v_10.csv": 5, "v_9.csv": 4}, [1, 0], "name", id="copied in one go"),
        pytest.param({"v_10.csv": 4, "v_9.csv": 5}, [1, 0], "name", id="in one go, otherwise"),
        pytest.param({"v_10.csv": None, "v_9.csv": 5}, [1, 0], "name", id="times unknown"),
        pytest.param({"v (1).csv": 4, "v.csv": 4}, [1, 0], "name", id="second download"),
        pytest.param(at("v (1).csv", "v.csv"), [1, 0], "name", id="times that cannot be"),
        pytest.param(at("v(2).csv", "v(1).csv", "v.csv"), [2, 1, 0], "name", id="three of them"),
        pytest.param(at("v (1).csv", "b.csv", "v.csv"), [1, 2, 0], "time", id="between others"),
        pytest.param(
            at("v_2026-03 (1).csv", "v_2026-03.csv", "v_2026-02.csv"), [2, 1, 0], "date",
            id="download with a date",
        ),
        pytest.param({"v - kopie.csv": 4, "v.csv": 4}, [1, 0], "name", id="copy"),
        pytest.param({"v_1.csv": 4, "v.csv": 4}, [1, 0], "name", id="numbered"),
    ],
)  # fmt: skip
def test_files_that_came_together_are_put_in_order(
    changed: dict[str, int | None], expected: list[int], by: str
) -> None:
    names = list(changed)
    assert order.in_order(changed) == ([names[place] for place in expected], by)
    assert order.in_order(dict(reversed(changed.items())))[0] == [
        names[place] for place in expected
    ]
