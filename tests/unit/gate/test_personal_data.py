"""Personal data in a published table holds the release back, whichever table and column it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.published_tables import ColumnContract, TableContract
from dronten_pipeline.gate.gate import run_gate
from dronten_pipeline.gate.personal_data import record_findings, rules_of
from dronten_pipeline.gate.sql_judge import judge_suite, opened
from dronten_pipeline.gate.suites import SuiteError, load_judgeable_suites, load_judged_suites
from tests.conftest import PROJECT

from .marts import ROWS, SUITES, expectation, make_settings, make_warehouse

#: 123456782 passes the eleven-test and belongs to nobody.
CONTRACT = TableContract(
    name="item",
    key=("item_id",),
    columns={"item_id": ColumnContract(name="item_id"), "team": ColumnContract(name="team")},
)


def test_every_published_table_has_the_rules() -> None:
    for table, suite in load_judged_suites(
        PROJECT / "expectations", PROJECT / "dbt_project"
    ).items():
        rules = {rule.rule: rule.severity for rule in suite.expectations}
        assert rules["no_personal_data"] == "critical", table
        assert rules["no_suspected_personal_data"] == "warning", table


def test_a_suite_cannot_take_the_place_of_such_a_rule(tmp_path: Path) -> None:
    own = expectation("no_personal_data", "expect_table_row_count_to_be_between", min_value=0)
    settings = make_settings(tmp_path, {"figure": [ROWS, own]})
    assert load_judgeable_suites(settings.expectations, settings.dbt_project)
    with pytest.raises(SuiteError, match="no_personal_data"):
        load_judged_suites(settings.expectations, settings.dbt_project)


def findings(tmp_path: Path, table: str) -> list[tuple[str, str, int, bool]]:
    mart, reference = tmp_path / "mart.duckdb", tmp_path / "reference.duckdb"
    for path in (mart, reference):
        path.unlink(missing_ok=True)
    with duckdb.connect(str(mart)) as connection:
        connection.execute(table)
    record_findings(mart, reference, {"item": CONTRACT})
    with duckdb.connect(str(reference)) as connection:
        return connection.execute(
            "SELECT column_name, kind, suspected, is_error FROM gate.personal_data ORDER BY ALL"
        ).fetchall()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("'123 456 782'", "citizen_number"),
        ("'jan@voorbeeld.nl'", "email"),
        ("'bel 06-12345678'", "phone"),
    ],
)
def test_one_in_a_text_is_an_error(tmp_path: Path, value: str, kind: str) -> None:
    found = findings(tmp_path, f"CREATE TABLE item AS SELECT 'a' AS item_id, {value} AS team")
    assert found == [("team", kind, 1, True)]


def test_numbers_of_records_and_counts_are_judged_by_chance(tmp_path: Path) -> None:
    one = "CREATE TABLE item AS SELECT '123456782' AS item_id, 123456782 AS amount"
    assert findings(tmp_path, one) == [
        ("amount", "citizen_number", 1, False),
        ("item_id", "citizen_number", 1, False),
    ]
    series = (
        "CREATE TABLE item AS SELECT printf('%d', 123456782 + n) AS item_id FROM range(500) t(n)"
    )
    assert [row[3] for row in findings(tmp_path, series)] == [False]
    # 11 * n leaves the remainder of the test as it is where only the last digits differ.
    passing = (
        "CREATE TABLE item AS SELECT number :: VARCHAR AS item_id FROM range(123456000, 123458000) "
        "t(number) WHERE (9 * (number // 100000000) + 8 * (number // 10000000 % 10) "
        "+ 7 * (number // 1000000 % 10) + 6 * (number // 100000 % 10) + 5 * (number // 10000 % 10) "
        "+ 4 * (number // 1000 % 10) + 3 * (number // 100 % 10) + 2 * (number // 10 % 10) "
        "- number % 10) % 11 = 0"
    )
    assert [row[3] for row in findings(tmp_path, passing)] == [True]


@pytest.mark.parametrize("kind", ["DOUBLE", "DECIMAL(18, 2)", "BIGINT", "VARCHAR"])
def test_a_few_of_nothing_else_are_more_than_chance(tmp_path: Path, kind: str) -> None:
    rows = "(VALUES (123456782), (111222333), (100000009)) t(n)"
    few = f"CREATE TABLE item AS SELECT n :: INTEGER :: {kind} AS item_id FROM {rows}"
    assert findings(tmp_path, few) == [("item_id", "citizen_number", 3, True)]
    amounts = (
        "CREATE TABLE item AS SELECT (123456700 + 10.5 * n) :: DOUBLE AS v FROM range(99) t(n)"
    )
    assert not any(row[3] for row in findings(tmp_path, amounts))


def test_both_judges_hold_it_back(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, SUITES)
    folder = make_warehouse(
        settings, "ALTER TABLE figure ADD COLUMN note VARCHAR; UPDATE figure SET note = 'a@b.nl';"
    )
    verdict = run_gate(
        settings,
        run_folder=folder,
        run_id="run1",
        release_id="20260317-1a2b3c4d5e6f",
        as_of=dt.date(2026, 3, 17),
        code_version="proef",
        previous_release=None,
    )
    assert verdict.verdict == "failed"
    failed = [result for result in verdict.results if not result.passed]
    assert [(result.table, result.rule) for result in failed] == [("figure", "no_personal_data")]
    assert all(answer.passed is False for answer in failed[0].answers.values())
    assert "a@b.nl" not in (folder / "verdict.json").read_text(encoding="utf-8")


def test_without_findings_the_rules_cannot_be_judged(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, SUITES)
    folder = make_warehouse(settings)
    mart = tmp_path / "mart.duckdb"
    with duckdb.connect(str(mart)) as connection:
        connection.execute("CREATE TABLE figure AS SELECT 1 AS value")
    suite = load_judged_suites(settings.expectations, settings.dbt_project)["figure"]
    with opened(mart, folder / "warehouse.duckdb", read_only=True) as connection:
        answers = judge_suite(connection, suite)
    assert all(answers["figure", rule.rule].error for rule in rules_of("figure"))
