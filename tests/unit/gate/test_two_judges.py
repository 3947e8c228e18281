"""Great Expectations and plain SQL give the same answer on good data and on every kind of bad data.

An upgrade of Great Expectations that breaks our bridge to DuckDB, or a mistake in our SQL, must
fail here. What is fed stands in `breaking.py`; beside it hypothesis makes tables of its own.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dronten_pipeline.contracts.expectation_types import TYPES
from dronten_pipeline.contracts.suites import Suite
from dronten_pipeline.core.database import identifier
from dronten_pipeline.gate.gx_judge import judge_by_great_expectations
from dronten_pipeline.gate.sql_judge import judge_by_sql
from dronten_pipeline.gate.verdict import JUDGES, Answers, disagreement
from dronten_pipeline.ledger.judgement import Answer, JudgeName
from tests.unit.gate.breaking import CASES, TABLES, Case
from tests.unit.gate.marts import expectation

NAMES = [f"{one.type.removeprefix('expect_')}: {one.name}" for one in CASES]


def suites_of(cases: list[Case]) -> tuple[list[Suite], list[tuple[str, str]]]:
    """The cases as suites, one per table, and the key of each case in the answers."""
    rules: dict[str, list[dict[str, Any]]] = defaultdict(list)
    keys = []
    for number, one in enumerate(cases):
        rules[one.table].append(expectation(f"r{number}", one.type, **one.kwargs))
        keys.append((one.table, f"r{number}"))
    count = expectation("row_count", "expect_table_row_count_to_be_between", min_value=0)
    found = []
    for table, added in rules.items():
        wants_rows = any(
            rule["type"] == count["type"] and (rule["kwargs"].get("min_value") or 0) > 0
            for rule in added
        )
        suite = Suite.model_validate(
            {
                "table": "t",
                "description": "De proef.....",
                "may_be_empty": None if wants_rows else "Ook tabellen zonder rijen.",
                "expectations": [count, *added],
            }
        )
        found.append(suite.model_copy(update={"table": table}))
    return found, keys


def ask_both(folder: Path, suites: list[Suite]) -> dict[JudgeName, Answers]:
    mart, warehouse = folder / "mart.duckdb", folder / "warehouse.duckdb"
    return {
        "great_expectations": judge_by_great_expectations(mart, warehouse, suites),
        "sql": judge_by_sql(mart, warehouse, suites),
    }


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[JudgeName, list[Answer]]:
    """All cases judged in one go: Great Expectations is slow to import, not to judge."""
    folder = tmp_path_factory.mktemp("a folder with 'signs' & $pace")
    with duckdb.connect(str(folder / "mart.duckdb")) as connection:
        for table, (columns, rows) in TABLES.items():
            connection.execute(f"CREATE TABLE {identifier(table)} ({columns})")
            connection.execute(f"INSERT INTO {identifier(table)} {rows}")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(
            "CREATE SCHEMA staging; CREATE TABLE staging.known AS "
            "SELECT id, true AS known FROM range(1, 6) AS r (id)"
        )
    suites, keys = suites_of(CASES)
    judged = ask_both(folder, suites)
    # The file must be free again, also for writing.
    with duckdb.connect(str(folder / "mart.duckdb")) as connection:
        connection.execute("CREATE TABLE after AS SELECT 1 AS one")
    return {judge: [judged[judge][key] for key in keys] for judge in JUDGES}


def test_every_type_that_a_suite_may_use_is_tried_here() -> None:
    tried = {one.type: set() for one in CASES}
    for one in CASES:
        tried[one.type].add(one.expected is None)
    assert set(tried) == set(TYPES)
    assert all(found == {True, False} for found in tried.values()), "a type never passes or fails"


@pytest.mark.parametrize("number", range(len(CASES)), ids=NAMES)
@pytest.mark.parametrize("judge", JUDGES)
def test_a_judge_gives_the_agreed_answer(
    answers: dict[JudgeName, list[Answer]], judge: JudgeName, number: int
) -> None:
    answer, expected = answers[judge][number], CASES[number].expected
    assert answer.passed is (expected is None), answer
    assert (answer.error is not None) is (expected == "error"), answer
    if isinstance(expected, int):
        assert answer.failing_rows == expected
    elif expected == "fails":
        assert answer.failing_rows is None


@pytest.mark.parametrize("number", range(len(CASES)), ids=NAMES)
def test_the_judges_agree_and_say_so_in_the_same_words(
    answers: dict[JudgeName, list[Answer]], number: int
) -> None:
    both = {judge: answers[judge][number] for judge in JUDGES}
    if CASES[number].expected == "error":
        assert disagreement(both) is not None
        return
    assert disagreement(both) is None
    assert both["sql"].observed == both["great_expectations"].observed


def test_no_value_of_the_data_reaches_an_answer(
    answers: dict[JudgeName, list[Answer]],
) -> None:
    said = " ".join(f"{one.observed} {one.error}" for judge in JUDGES for one in answers[judge])
    assert not {"gm1", "ja", "café", "NaN", "2026-01-01"} & set(said.replace("'", " ").split())
    assert "Could not convert" not in said


# --- tables that nobody thought of

CELLS: dict[str, st.SearchStrategy[Any]] = {
    "n": st.one_of(st.none(), st.integers(-2, 3), st.sampled_from([2**63 - 1, -(2**63)])),
    "x": st.one_of(st.none(), st.floats(width=64), st.sampled_from([0.0, -0.0, 1.0, 0.1])),
    "t": st.one_of(st.none(), st.sampled_from(["a", "A", "а", "", "a ", "é", "é", "1"])),
    "d": st.one_of(st.none(), st.dates()),
}
ROW = st.tuples(*CELLS.values())
RULES = [
    *(expectation(f"{name}_filled", CASES[13].type, column=name) for name in CELLS),
    *(
        expectation(f"{name}_unique", "expect_column_values_to_be_unique", column=name)
        for name in CELLS
    ),
    expectation("n_range", "expect_column_values_to_be_between", column="n", min_value=0),
    expectation("x_from", "expect_column_values_to_be_between", column="x", min_value=0.1),
    expectation(
        "x_until", "expect_column_values_to_be_between", column="x", max_value=1, strict_max=True
    ),
    expectation(
        "d_range", "expect_column_values_to_be_between", column="d",
        min_value="1999-12-31", max_value="2026-12-31", mostly=0.5,
    ),
    expectation("n_known", "expect_column_values_to_be_in_set", column="n", value_set=[0, 1]),
    expectation("x_known", "expect_column_values_to_be_in_set", column="x", value_set=[0, 0.1]),
    expectation("t_known", "expect_column_values_to_be_in_set", column="t", value_set=["a", "é"]),
    expectation("t_form", "expect_column_values_to_match_regex", column="t", regex="^[a-z]$"),
    expectation("key", "expect_compound_columns_to_be_unique", column_list=["n", "t"]),
    expectation("wide_key", "expect_compound_columns_to_be_unique", column_list=["n", "x", "d"]),
    expectation("row_count", "expect_table_row_count_to_be_between", min_value=1, max_value=6),
]  # fmt: skip


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tables=st.lists(st.lists(ROW, max_size=8), min_size=3, max_size=3))
def test_the_judges_agree_on_tables_that_nobody_thought_of(
    tmp_path_factory: pytest.TempPathFactory, tables: list[list[tuple[Any, ...]]]
) -> None:
    folder = tmp_path_factory.mktemp("made")
    suites = []
    with duckdb.connect(str(folder / "mart.duckdb")) as connection:
        for number, rows in enumerate(tables):
            connection.execute(f"CREATE TABLE t{number} (n BIGINT, x DOUBLE, t VARCHAR, d DATE)")
            if rows:
                connection.executemany(f"INSERT INTO t{number} VALUES (?, ?, ?, ?)", rows)
            suites.append(
                Suite.model_validate(
                    {"table": f"t{number}", "description": "De proef.....", "expectations": RULES}
                )
            )
    duckdb.connect(str(folder / "warehouse.duckdb")).close()
    judged = ask_both(folder, suites)
    assert len(judged["sql"]) == len(tables) * len(RULES)
    for key in judged["sql"]:
        both = {judge: judged[judge][key] for judge in JUDGES}
        assert disagreement(both) is None, (key, both)
