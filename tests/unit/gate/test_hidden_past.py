"""Which first values the rule of `rapport_kpi_reeks` takes for a leak, and which not."""

from __future__ import annotations

import duckdb
import pytest

from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.gate.suites import load_judgeable_suites

SUITE = load_judgeable_suites(PROJECT / "expectations", PROJECT / "dbt_project")[
    "rapport_kpi_reeks"
]
QUERY = next(
    rule.kwargs["unexpected_rows_query"]
    for rule in SUITE.expectations
    if rule.rule == "hidden_part_shows_nothing"
)


MONTHS = {"month": 1, "quarter": 3, "year": 12}


@pytest.mark.parametrize(
    ("hidden", "shown", "leaks"),
    [
        ("month|2024-05-01", "quarter|2024-04-01", True),
        ("month|2024-05-01", "year|2024-01-01", True),
        ("quarter|2024-04-01", "quarter|2024-04-01", True),
        ("quarter|2024-04-01", "year|2024-01-01", True),
        # What its months were, the quarter was.
        ("quarter|2024-04-01", "month|2024-05-01", True),
        ("year|2024-01-01", "quarter|2024-10-01", True),
        ("quarter|2024-04-01", "quarter|2024-01-01", False),
        ("month|2024-05-01", "month|2024-04-01", False),
        ("year|2024-01-01", "quarter|2025-01-01", False),
    ],
)
@pytest.mark.parametrize("part", ["team|KCC", "team|Wonen", "total|total"])
def test_a_first_value_leaks_what_stands_in_a_sum_with_a_hidden_one(
    hidden: str, shown: str, part: str, leaks: bool
) -> None:
    grain, start = hidden.split("|")
    shown_grain, shown_start = shown.split("|")
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE fct_kpi_value AS SELECT 'service_rating' AS kpi_id, ? AS period_grain, "
            "?::DATE AS period_start, 'team' AS dimension, 'KCC' AS dimension_value, "
            "true AS is_suppressed",
            [grain, start],
        )
        connection.execute(
            'CREATE TABLE rapport_kpi_reeks AS SELECT ? AS "Sleutel", '
            "'service_rating' AS \"Code\", "
            '?::DATE AS "Begin periode", '
            '(?::DATE + to_months(?) - INTERVAL 1 DAY)::DATE AS "Einde periode", '
            '7.5 AS "Eerste waarde"',
            [
                f"service_rating|{shown}|{part}",
                shown_start,
                shown_start,
                MONTHS[shown_grain],
            ],
        )
        rows = connection.execute(QUERY.replace("{batch}", "rapport_kpi_reeks")).fetchall()
    assert bool(rows) is leaks
