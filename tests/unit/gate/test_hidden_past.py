"""Which first values the rule of `rapport_kpi_reeks` takes for a leak, and which not."""

from __future__ import annotations

import duckdb
import pytest

from dronten_pipeline.gate.suites import load_judgeable_suites
from dronten_pipeline.settings import PROJECT

SUITE = load_judgeable_suites(PROJECT / "expectations")["rapport_kpi_reeks"]
QUERY = next(
    rule.kwargs["unexpected_rows_query"]
    for rule in SUITE.expectations
    if rule.rule == "hidden_part_shows_nothing"
)


@pytest.mark.parametrize(
    ("hidden", "shown", "leaks"),
    [
        ("month|2024-05-01", "quarter|2024-04-01", True),
        ("month|2024-05-01", "year|2024-01-01", True),
        ("quarter|2024-04-01", "quarter|2024-04-01", True),
        ("quarter|2024-04-01", "year|2024-01-01", True),
        ("quarter|2024-04-01", "quarter|2024-01-01", False),
        # The first quarter begins on the day of its year, and says nothing of a hidden year.
        ("year|2024-01-01", "quarter|2024-01-01", False),
        ("month|2024-05-01", "month|2024-04-01", False),
    ],
)
def test_a_first_value_leaks_only_what_it_holds(hidden: str, shown: str, leaks: bool) -> None:
    grain, start = hidden.split("|")
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE fct_kpi_value AS SELECT 'service_rating' AS kpi_id, ? AS period_grain, "
            "?::DATE AS period_start, 'team' AS dimension, 'KCC' AS dimension_value, "
            "true AS is_suppressed",
            [grain, start],
        )
        connection.execute(
            'CREATE TABLE rapport_kpi_reeks AS SELECT ? AS "Sleutel", 7.5 AS "Eerste waarde"',
            [f"service_rating|{shown}|team|KCC"],
        )
        rows = connection.execute(QUERY.replace("{batch}", "rapport_kpi_reeks")).fetchall()
    assert bool(rows) is leaks
