"""One word for one thing: how codes, numbers and periods are said on every screen."""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import Any

import pytest

from dronten_pipeline.core import words
from dronten_pipeline.core.settings import PROJECT


@pytest.mark.parametrize(
    ("value", "unit", "beside", "says"),
    [
        (None, "percent", None, "–"),
        (1234.56, "percent", None, "1.234,6 %"),
        (7.0, "grade", None, "7"),
        (-1200000, "count", None, "-1.200.000"),
        (-0.01, "percent", None, "0 %"),
        (59.96, "percent", 60.0, "59,96 %"),
        (60.0, "percent", 60.0, "60 %"),
        (59.9999, "percent", 60.0, "59,9999 %"),
        (4.1, "stars", None, "4,1 sterren"),
    ],
    ids=str,
)
def test_a_number_is_written_as_here_and_never_rounded_into_a_target(
    value: float | None, unit: str, beside: float | None, says: str
) -> None:
    assert words.number(value, unit, beside=beside) == says


@pytest.mark.parametrize(
    ("grain", "start", "until", "says"),
    [
        ("year", dt.date(2026, 1, 1), dt.date(2026, 5, 31), "2026 t/m mei"),
        ("year", dt.date(2025, 1, 1), dt.date(2025, 12, 31), "2025"),
        ("year", dt.date(2026, 1, 1), dt.date(2026, 6, 12), "2026 t/m 12-06-2026"),
        ("month", dt.date(2026, 5, 1), dt.date(2026, 5, 31), "mei 2026"),
        ("quarter", dt.date(2026, 4, 1), dt.date(2026, 6, 30), "2026 K2"),
        ("year", None, None, "–"),
    ],
    ids=str,
)
def test_what_was_judged_is_said_as_a_period(
    grain: str, start: dt.date | None, until: dt.date | None, says: str
) -> None:
    assert words.period_until(grain, start, until) == says


def status(**other: Any) -> dict[str, Any]:
    return {
        "status": "off_target",
        "comparator": ">",
        "target_value": 60.0,
        "target_from": dt.date(2026, 1, 1),
        "judged_grain": "year",
        "judged_period_start": dt.date(2026, 1, 1),
        "judged_until": dt.date(2026, 5, 31),
        "judged_value": 59.96,
        **other,
    }


def test_a_verdict_names_its_target_and_what_was_judged() -> None:
    assert words.judged(status(), "percent") == "2026 t/m mei: 59,96 %"
    assert words.target(status(), "percent") == "> 60 % sinds 2026"
    provisional = words.judged(status(is_provisional=True), "percent")
    assert provisional == "2026 t/m mei: 59,96 % (voorlopig)"
    later = status(status="not_yet", target_from=dt.date(2027, 1, 1))
    assert words.target(later, "percent") == "> 60 % vanaf 2027"
    assert words.target(status(comparator=None, target_value=None), "percent") == "–"


def test_a_verdict_beside_other_municipalities_says_what_was_asked_and_of_what() -> None:
    """Its own ledger has another figure of the same year: the accounts are named."""
    hiring = status(
        direction="benchmark",
        comparator=None,
        target_value=None,
        target_from=None,
        judged_period_start=dt.date(2025, 1, 1),
        judged_until=dt.date(2025, 12, 31),
        judged_value=18.43,
    )
    assert words.judged(hiring, "percent") == "jaarrekening 2025: 18,4 %"
    assert words.target(hiring, "percent") == "hooguit in lijn met de regio's"


def test_of_no_figure_the_reason_is_said() -> None:
    assert words.verdict(status()) == "niet gehaald"
    hidden = status(status="no_data", why="hidden")
    assert words.verdict(hidden) == "geen cijfer: kleine groep"


@pytest.mark.parametrize(
    ("grain", "start", "last"),
    [
        ("month", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
        ("month", dt.date(2026, 12, 1), dt.date(2026, 12, 31)),
        ("quarter", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("year", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    ],
    ids=str,
)
def test_the_last_day_of_a_period(grain: str, start: dt.date, last: dt.date) -> None:
    assert words.period_end(grain, start) == last


def test_every_code_has_one_word_and_no_two_of_a_kind_have_the_same() -> None:
    with words.WORDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = {row["kind"] for row in rows}
    assert {"status", "trend", "signal", "unit", "grain", "cause", "why_no_data"} <= kinds
    for kind in kinds:
        said = [row["word_nl"] for row in rows if row["kind"] == kind]
        assert len(set(said)) == len(said), kind


def test_every_figure_beside_a_headline_has_a_word() -> None:
    models = (PROJECT / "dbt_project").rglob("*.sql")
    text = "\n".join(path.read_text(encoding="utf-8") for path in models)
    named = set(re.findall(r"{\s*'name': '(\w+)',\s*'numerator'", text))
    assert {"not_judged", "within_14_days"} <= named
    assert named <= words.words("part").keys()


def test_a_code_without_a_word_is_still_legible() -> None:
    assert words.word("part", "nieuw_cijfer") == "Nieuw cijfer"
    assert words.word("status", None) == "–"


def test_no_other_place_has_words_of_its_own() -> None:
    """A verdict in words stands in the seed alone: nowhere in code or SQL."""
    said = [f"{quote}niet gehaald{quote}" for quote in "\"'"]
    places = [
        path
        for folder in ("dronten_pipeline", "dbt_project/models", "dbt_project/macros")
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in {".py", ".sql", ".j2"}
        and any(one in path.read_text(encoding="utf-8") for one in said)
    ]
    assert places == []


@pytest.mark.parametrize(
    ("code", "said"),
    [("2026-03", "maart 2026"), ("2026-K1", "2026 K1"), ("2026", "2026"), ("2026-13", "2026-13")],
)
def test_a_period_is_said_the_same_by_its_code(code: str, said: str) -> None:
    assert words.period_of_code(code) == said
