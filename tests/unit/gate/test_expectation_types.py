"""Every type of expectation that a suite may use passes on good and fails on bad data.

Great Expectations has no engine for DuckDB; an upgrade that breaks our bridge must fail here.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from dronten_pipeline.contracts import Suite
from dronten_pipeline.gate.judge import judge_suites
from dronten_pipeline.gate.suites import PROVEN_TYPES
from dronten_pipeline.gate.verdict import Result, verdict_of
from tests.unit.gate.marts import ROWS, expectation

GOOD = "SELECT n AS id, 'gm' || n AS code, n * 1.5 :: DOUBLE AS value, NULL :: VARCHAR AS nothing,"
TABLES = f"""
CREATE TABLE good AS {GOOD} DATE '2025-01-01' + n :: INTEGER AS day FROM range(1, 11) AS r (n);
CREATE TABLE bad (id BIGINT, code VARCHAR, value VARCHAR, nothing VARCHAR, extra DATE);
INSERT INTO bad SELECT * REPLACE (value :: VARCHAR AS value) FROM good;
INSERT INTO bad VALUES (1, 'gm1', 'NaN', 'something', NULL), (NULL, 'zz', '-1', NULL, NULL);
CREATE TABLE numbers AS SELECT value FROM good UNION ALL SELECT 'NaN' :: DOUBLE
    UNION ALL SELECT 100.5;
CREATE TABLE empty AS SELECT * FROM good WHERE false;
"""

# rule, type, arguments, rows that fail in `bad` (None: the rule is not about rows)
CASES: list[tuple[str, str, dict[str, Any], int | None]] = [
    (
        "rows",
        "expect_table_row_count_to_be_between",
        {"min_value": 1, "max_value": 10},
        None,
    ),
    (
        "columns",
        "expect_table_columns_to_match_ordered_list",
        {"column_list": ["id", "code", "value", "nothing", "day"]},
        None,
    ),
    ("filled", "expect_column_values_to_not_be_null", {"column": "id"}, 1),
    ("absent", "expect_column_values_to_be_null", {"column": "nothing"}, 1),
    (
        "known",
        "expect_column_values_to_be_in_set",
        {"column": "code", "value_set": [f"gm{n}" for n in range(1, 11)]},
        1,
    ),
    ("form", "expect_column_values_to_match_regex", {"column": "code", "regex": "[0-9]{1,2}$"}, 1),
    ("unique", "expect_column_values_to_be_unique", {"column": "id"}, 2),
    ("grain", "expect_compound_columns_to_be_unique", {"column_list": ["id", "code"]}, 2),
    ("type", "expect_column_values_to_be_of_type", {"column": "value", "type_": "DOUBLE"}, None),
    (
        "between",
        "expect_column_values_to_be_between",
        {"column": "id", "min_value": 2, "max_value": 9},
        None,
    ),
    (
        "joined",
        "unexpected_rows_expectation",
        {
            "unexpected_rows_query": "WITH own AS (SELECT * FROM {batch})\n"
            "SELECT own.id FROM own LEFT JOIN warehouse.staging.known AS k ON own.id = k.id "
            "WHERE k.id IS NULL"
        },
        1,
    ),
    (
        "grouped",
        "unexpected_rows_expectation",
        {
            "unexpected_rows_query": "WITH own AS (SELECT * FROM {batch}), groups AS ("
            "SELECT code, count(*) AS n FROM own GROUP BY ALL) SELECT code FROM groups WHERE n > 1"
        },
        1,
    ),
]
RULES = [case[0] for case in CASES if case[0] != "between"]

BROKEN = [
    expectation("no_column", "expect_column_values_to_not_be_null", "warning", column="gone"),
    expectation(
        "no_columns", "expect_compound_columns_to_be_unique", "warning", column_list=["id", "gone"]
    ),
    expectation(
        "no_source",
        "unexpected_rows_expectation",
        "warning",
        unexpected_rows_query="WITH own AS (SELECT * FROM {batch}) SELECT * FROM warehouse.x.gone",
    ),
    expectation(
        "conversion",
        "unexpected_rows_expectation",
        "warning",
        unexpected_rows_query="WITH own AS (SELECT * FROM {batch}) "
        "SELECT code :: INTEGER AS n FROM own WHERE code :: INTEGER > 0",
    ),
]

Results = dict[tuple[str, str], Result]


def suite(table: str, expectations: list[dict[str, Any]]) -> Suite:
    return Suite.model_validate(
        {"table": table, "description": "De proef.....", "expectations": expectations}
    )


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """All tables judged in one go: Great Expectations is slow to import, not to judge."""
    folder = tmp_path_factory.mktemp("a folder with 'signs' & $pace")
    mart, warehouse = folder / "mart.duckdb", folder / "warehouse.duckdb"
    with duckdb.connect(str(mart)) as connection:
        connection.execute(TABLES)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "CREATE SCHEMA staging; CREATE TABLE staging.known AS FROM range(1, 11) AS r (id)"
        )
    every = [expectation(rule, kind, **kwargs) for rule, kind, kwargs, _ in CASES]
    between = expectation(
        "between", "expect_column_values_to_be_between", column="value", min_value=0, max_value=100
    )
    suites = [suite(table, [ROWS, *every]) for table in ("good", "bad", "empty")]
    suites += [
        suite("numbers", [ROWS, between]),
        suite("absent", [ROWS, *every]),
        Suite.model_construct(
            table="good2",
            description="",
            expectations=suite("good2", [ROWS, *BROKEN]).expectations,
        ),
    ]
    with duckdb.connect(str(mart)) as connection:
        connection.execute("CREATE TABLE good2 AS FROM good")
    judged = judge_suites(mart, warehouse, suites)
    assert len(judged) == sum(len(one.expectations) for one in suites)
    # The file must be free again, also for writing.
    with duckdb.connect(str(mart)) as connection:
        connection.execute("CREATE TABLE after AS SELECT 1 AS one")
    return {(result.table, result.rule): result for result in judged}


def test_every_type_that_a_suite_may_use_is_tried_here() -> None:
    assert {kind for _, kind, _, _ in CASES} == PROVEN_TYPES


@pytest.mark.parametrize("rule", RULES)
def test_good_data_pass(results: Results, rule: str) -> None:
    result = results["good", rule]
    assert result.passed, result
    assert result.failing_rows == 0
    assert result.checked_rows == 10
    assert result.error is None


@pytest.mark.parametrize(
    ("rule", "failing"), [(case[0], case[3]) for case in CASES if case[0] != "between"], ids=RULES
)
def test_bad_data_fail_with_their_number_of_rows(
    results: Results, rule: str, failing: int | None
) -> None:
    result = results["bad", rule]
    assert not result.passed
    assert result.error is None, "it failed by crashing and not by judging"
    assert result.failing_rows == failing


def test_a_range_counts_what_lies_outside_it_and_what_is_no_number(results: Results) -> None:
    assert results["good", "between"].failing_rows == 2
    assert results["numbers", "between"].failing_rows == 2


def test_only_a_row_count_and_the_like_fail_on_an_empty_table(results: Results) -> None:
    failed = {rule for (table, rule), one in results.items() if table == "empty" and not one.passed}
    assert failed == {"rows", "row_count"}


@pytest.mark.parametrize("rule", ["rows", *RULES[1:]])
def test_every_rule_of_an_absent_table_is_a_critical_failure(results: Results, rule: str) -> None:
    result = results["absent", rule]
    assert not result.passed
    assert result.error == "de tabel absent ontbreekt"


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("no_column", "kolom gone ontbreekt in good2"),
        ("no_columns", "kolom gone ontbreekt in good2"),
        ("no_source", "Catalog Error"),
        ("conversion", "brak af"),
    ],
)
def test_a_rule_that_crashes_is_a_critical_failure_whatever_its_severity(
    results: Results, rule: str, says: str
) -> None:
    result = results["good2", rule]
    assert (result.passed, result.severity) == (False, "critical")
    assert result.error is not None
    assert says in result.error
    assert verdict_of([result]) == "failed"


def test_no_value_of_the_data_reaches_the_results(results: Results) -> None:
    text = " ".join(f"{one.observed} {one.error}" for one in results.values())
    assert not {"gm1", "zz", "something", "NaN"} & set(text.replace("'", " ").split())
    assert "Could not convert" not in text


def test_what_was_observed_reads_as_dutch(results: Results) -> None:
    observed = {rule: results["bad", rule].observed for rule in RULES}
    assert observed["rows"] == "12 rijen"
    assert observed["columns"] == "ontbreekt: day; niet afgesproken: extra"
    assert observed["filled"] == "1 van 12 rijen"
    assert observed["joined"] == "1 afwijking"
    assert observed["type"] == "type VARCHAR"
    assert results["good", "columns"].observed == "5 kolommen zoals afgesproken"
