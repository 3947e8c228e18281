"""What a controller reads: rules, numbers and reasons without code and without values."""

from __future__ import annotations

from typing import Any

import pytest

from dronten_pipeline.contracts.expectation_types import TYPES
from dronten_pipeline.release.report import wording

ALLOWED: list[tuple[str, dict[str, Any], str]] = [
    ("expect_table_row_count_to_be_between", {"min_value": 1}, "ten minste 1 rijen"),
    ("expect_table_row_count_to_be_between", {"min_value": 3, "max_value": 3}, "precies 3 rijen"),
    ("expect_column_values_to_be_between", {"min_value": 0, "max_value": 9.5}, "van 0 tot en met"),
    ("expect_column_values_to_be_between", {"max_value": "2026-01-01"}, "hooguit 2026-01-01"),
    ("expect_column_values_to_be_in_set", {"value_set": ["a", "b"]}, "alleen a, b"),
    ("expect_column_values_to_be_in_set", {"value_set": list("abcdefghij")}, "en nog 2"),
    ("expect_column_values_to_not_be_null", {"mostly": 0.95}, "nergens leeg, bij ten minste 95 %"),
    ("expect_column_values_to_be_of_type", {"type_": "DATE"}, "overal een datum"),
    ("expect_table_columns_to_match_ordered_list", {"column_list": ["a", "b"]}, "precies 2"),
    ("unexpected_rows_expectation", {}, "geen enkele afwijking"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "kwargs", "says"), ALLOWED, ids=[case[2] for case in ALLOWED])
def test_what_is_allowed_is_said_in_words(kind: str, kwargs: dict[str, Any], says: str) -> None:
    assert says in wording.allowed(kind, kwargs)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_type_that_a_suite_may_hold_has_words(kind: str) -> None:
    assert wording.allowed(kind, {}) != "zoals de regel zegt"


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("score: 'J. de Vries' is geen getal.", "score: de waarde is geen getal."),
        ("x: 'a' en 'b' botsen.", "x: de waarde botsen."),
        ("naam: 'D'Hondt' is te lang.", "naam: de waarde is te lang."),
        ("geopend is leeg, maar verplicht.", "geopend is leeg, maar verplicht."),
    ],
    ids=["a value", "two values", "a value with an apostrophe", "no value"],
)
def test_a_reason_loses_the_value_that_was_wrong(reason: str, says: str) -> None:
    assert wording.without_values(reason) == says
