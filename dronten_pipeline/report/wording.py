"""How a rule, a number and a reason are said to somebody who does not read code.

Not here: which rules there are (`expectations/`) and what they found (`gate/`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

UNITS = {"percent": " %", "grade": "", "stars": " ster", "count": "", "working_days": " werkdagen"}
STATUSES = {
    "on_target": "gehaald",
    "off_target": "niet gehaald",
    "uncertain": "onzeker",
    "no_target": "geen doel",
    "no_data": "geen cijfer",
}
CAUSES = {
    "definition": "andere definitie of berekening",
    "calendar": "andere tabel met vrije dagen",
    "delivery": "iets anders geleverd",
    "as_of": "andere dag van beoordeling",
}
TYPES = {
    "INTEGER": "een geheel getal",
    "BIGINT": "een geheel getal",
    "DOUBLE": "een getal",
    "VARCHAR": "een tekst",
    "DATE": "een datum",
    "TIMESTAMP": "een moment",
    "BOOLEAN": "ja of nee",
}

#: So many values of a list are named; the suite holds them all.
_NAMED = 8


def number(value: float | int | None, unit: str = "") -> str:
    """A number as people write it here: `1.234,5 %`; at most two decimals, `–` for none."""
    if value is None:
        return "–"
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) + unit


def day(value: dt.date | str) -> str:
    """A day as people write it here: `30-06-2026`."""
    date = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{date:%d-%m-%Y}"


def moment(value: str) -> str:
    """A moment (ISO 8601) as `30-06-2026 14:05`."""
    return f"{dt.datetime.fromisoformat(value):%d-%m-%Y %H:%M}"


def period(grain: str | None, start: dt.date | None) -> str:
    """`2026-03`, `2026-K1` or `2026`, as `datalab explain --period` reads it."""
    if start is None:
        return "–"
    return {
        "month": f"{start:%Y-%m}",
        "quarter": f"{start.year}-K{(start.month + 2) // 3}",
    }.get(grain or "", f"{start.year}")


def allowed(kind: str, kwargs: Mapping[str, Any]) -> str:
    """What a rule allows, in a few words; `kwargs` without the query of a rule in SQL."""
    share = kwargs.get("mostly")
    suffix = f", bij ten minste {number(100 * float(share))} %" if share is not None else ""
    return _allowed(kind, kwargs) + suffix


def _allowed(kind: str, kwargs: Mapping[str, Any]) -> str:
    lowest, highest = kwargs.get("min_value"), kwargs.get("max_value")
    match kind:
        case "unexpected_rows_expectation":
            return "geen enkele afwijking"
        case "expect_table_row_count_to_be_between":
            return f"{_between(lowest, highest)} rijen"
        case "expect_table_columns_to_match_ordered_list":
            return f"precies {len(kwargs.get('column_list', []))} kolommen in vaste volgorde"
        case "expect_column_values_to_not_be_null":
            return "nergens leeg"
        case "expect_column_values_to_be_null":
            return "overal leeg"
        case "expect_column_values_to_be_unique" | "expect_compound_columns_to_be_unique":
            return "nergens dubbel"
        case "expect_column_values_to_be_between":
            return _between(lowest, highest)
        case "expect_column_values_to_be_in_set":
            return _one_of([str(value) for value in kwargs.get("value_set", [])])
        case "expect_column_values_to_match_regex":
            return "overal de afgesproken schrijfwijze"
        case "expect_column_values_to_be_of_type":
            return f"overal {TYPES.get(str(kwargs.get('type_')), str(kwargs.get('type_')))}"
        case _:
            return "zoals de regel zegt"


def _between(lowest: object, highest: object) -> str:
    if lowest is None and highest is None:
        return "elke waarde"
    if highest is None:
        return f"ten minste {_plain(lowest)}"
    if lowest is None:
        return f"hooguit {_plain(highest)}"
    if lowest == highest:
        return f"precies {_plain(lowest)}"
    return f"van {_plain(lowest)} tot en met {_plain(highest)}"


def _plain(value: object) -> str:
    return number(value) if isinstance(value, int | float) else str(value)


def _one_of(values: list[str]) -> str:
    rest = len(values) - _NAMED
    return f"alleen {', '.join(values[:_NAMED])}" + (f" en nog {rest}" if rest > 0 else "")


def without_values(reason: str) -> str:
    """A reason of rejection without the value that was wrong: a value can be about a person."""
    return re.sub(r"'.*'", "de waarde", reason)
