"""How codes, numbers, days and periods are said to a Dutch reader: the same on every screen.

Here belongs what more than one of `datalab status`, `datalab explain`, the report, the workbook
and the pages says. Not here: sentences that one of them says alone, and the words themselves: they
stand in `dbt_project/seeds/word_nl.csv`, which the tables `rapport_` read too.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

from dronten_pipeline.core.settings import PROJECT

NOTHING = "–"
WORDS = PROJECT / "dbt_project" / "seeds" / "word_nl.csv"
#: As many decimals are shown, and as many at most where fewer would say that a target is met.
DECIMALS, MOST_DECIMALS = 1, 6
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip


@functools.cache
def words(kind: str) -> Mapping[str, str]:
    """The words of one kind by code, such as `words("status")["off_target"]`: `niet gehaald`."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["word_nl"] for row in csv.DictReader(file) if row["kind"] == kind}


def word(kind: str, code: str | None) -> str:
    """The word for a code; the code itself, with a capital and spaces, where there is none."""
    if code is None:
        return NOTHING
    return words(kind).get(code) or (code[:1].upper() + code[1:].replace("_", " "))


def sign(unit: str | None) -> str:
    """What stands behind a number of that unit: ` %`; nothing behind a count or a grade."""
    return "" if unit in (None, "count", "grade") else f" {word('unit', unit)}"


def number(
    value: float | int | None,
    unit: str | None = None,
    *,
    beside: float | None = None,
    decimals: int = DECIMALS,
) -> str:
    """A number as people write it here: `1.234,5 %`; `–` for none.

    Args:
        unit: code of the unit that is said behind it.
        decimals: at most so many; zeros at the end are left out.
        beside: the target that it is read beside. Where rounding would make the two alike although
            they are not (59,96 beside 60), it gets as many decimals as tell them apart.
    """
    if value is None:
        return NOTHING
    if beside is not None and value != beside:
        while decimals < MOST_DECIMALS and round(value, decimals) == round(beside, decimals):
            decimals += 1
    text = f"{value:,.{decimals}f}" if isinstance(value, float) else f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).translate(str.maketrans(",.", ".,")) + sign(unit)


def day(value: dt.date | str) -> str:
    """A day as people write it here: `30-06-2026`."""
    date = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{date:%d-%m-%Y}"


def moment(value: str) -> str:
    """A moment (ISO 8601) as `30-06-2026 14:05`."""
    return f"{dt.datetime.fromisoformat(value):%d-%m-%Y %H:%M}"


def period(grain: str | None, start: dt.date | None) -> str:
    """`maart 2026`, `2026 K1` or `2026`, as dim_date names them."""
    if start is None:
        return NOTHING
    return {
        "month": f"{MONTHS[start.month - 1]} {start.year}",
        "quarter": f"{start.year} K{(start.month + 2) // 3}",
    }.get(grain or "", f"{start.year}")


def period_end(grain: str, start: dt.date) -> dt.date:
    """The last day of the period of that grain that starts on that day."""
    month = start.month - 1 + {"month": 1, "quarter": 3}.get(grain, 12)
    return dt.date(start.year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def period_code(grain: str | None, start: dt.date) -> str:
    """`2026-03`, `2026-K1` or `2026`, as `datalab explain --period` reads it."""
    return {
        "month": f"{start:%Y-%m}",
        "quarter": f"{start.year}-K{(start.month + 2) // 3}",
    }.get(grain or "", f"{start.year}")


def period_of_code(code: str) -> str:
    """The name of a period by its code: `maart 2026` for `2026-03`; what is no code stays as it is.

    Its opposite is `period_code`.
    """
    year, _, part = code.partition("-")
    if part.isdecimal() and 1 <= int(part) <= 12:
        return period("month", dt.date(int(year), int(part), 1))
    return f"{year} {part}".rstrip() if part.startswith("K") else code


def period_until(grain: str | None, start: dt.date | None, until: dt.date | None) -> str:
    """The period that was judged: `2026 t/m mei`, or its name where all of it was.

    `until` is the last day that counts.
    """
    if start is None or until is None:
        return NOTHING
    if grain != "year" or (until.month, until.day) == (12, 31):
        return period(grain, start)
    whole_month = (until + dt.timedelta(days=1)).day == 1
    last = MONTHS[until.month - 1] if whole_month else day(until)
    return f"{period(grain, start)} t/m {last}"


def target(status: Mapping[str, Any], unit: str | None) -> str:
    """The target that was judged by and since when it holds: `> 60 % sinds 2026`.

    `status` is a row of kpi_status, with the direction of its KPI; those of before version 2.0 do
    not say since when. Beside other municipalities there is no number: then what is asked is said.
    """
    if status["comparator"] is None:
        return word("benchmark", "target") if _is_benchmark(status) else NOTHING
    since = status.get("target_from")
    if since is None:
        return f"{status['comparator']} {number(status['target_value'], unit)}"
    begins = "vanaf" if status["status"] == "not_yet" else "sinds"
    said = period("year" if (since.month, since.day) == (1, 1) else "month", since)
    return f"{status['comparator']} {number(status['target_value'], unit)} {begins} {said}"


def judged(status: Mapping[str, Any], unit: str | None) -> str:
    """What the verdict is about: `2026 t/m mei: 61,2 %`.

    `status` is a row of kpi_status, with the direction of its KPI; one of before version 2.0 was
    judged on its latest period. Beside other municipalities the accounts are judged, which can
    differ from the figure of the same year: `jaarrekening 2025: 18,4 %`.
    """
    if "judged_grain" in status:
        about = period_until(
            status["judged_grain"], status["judged_period_start"], status["judged_until"]
        )
        value = status["judged_value"]
    else:
        about, value = period(status["period_grain"], status["period_start"]), status["value"]
    if about == NOTHING:
        return NOTHING
    if _is_benchmark(status):
        return f"{word('benchmark', 'judged')} {about}: {number(value, unit)}"
    # what is judged holds the latest period: where that may still change, so may this
    mark = " (voorlopig)" if value is not None and status.get("is_provisional") else ""
    return f"{about}: {number(value, unit, beside=status['target_value'])}{mark}"


def verdict(status: Mapping[str, Any]) -> str:
    """The verdict in words, of no figure with its reason: `geen cijfer: kleine groep`.

    `status` is a row of `standing.STANDING`, or of kpi_status, which has no reason.
    """
    said = word("status", status["status"])
    why = status.get("why")
    return f"{said}: {word('why_no_data', why)}" if why else said


def _is_benchmark(status: Mapping[str, Any]) -> bool:
    return status.get("direction") == "benchmark"
