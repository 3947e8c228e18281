"""How a rule and a reason are said to somebody who does not read code.

Not here: which rules there are (`expectations/`), what they found (`gate/`), and how numbers and
periods are written (`core/words.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dronten_pipeline.core.words import number

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


def allowed(kind: str, kwargs: Mapping[str, Any]) -> str:
    """What a rule allows, in a few words; `kwargs` without the query of a rule in SQL."""
    share = kwargs.get("mostly")
    suffix = (
        f", bij ten minste {number(100 * float(share), decimals=10)} %" if share is not None else ""
    )
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
    return number(value, decimals=10) if isinstance(value, int | float) else str(value)


def _one_of(values: list[str]) -> str:
    rest = len(values) - _NAMED
    return f"alleen {', '.join(values[:_NAMED])}" + (f" en nog {rest}" if rest > 0 else "")


def without_values(reason: str) -> str:
    """A reason of rejection without the value that was wrong: a value can be about a person."""
    return re.sub(r"'.*'", "de waarde", reason)
