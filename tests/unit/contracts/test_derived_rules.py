"""What a contract promises is judged: each promise is broken once, and nothing else fails."""

from __future__ import annotations

import duckdb
import pytest

from dronten_pipeline.contracts.derived_rules import derived_rules, load_all_suites
from dronten_pipeline.contracts.published_tables import (
    RELEASE_ID,
    ColumnContract,
    TableContract,
    load_table_contracts,
)
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.suites import Suite, load_suites
from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.gate.sql_judge import judge_suite

COLUMNS = (
    ColumnContract(name="loan_id", type="varchar", required=True),
    ColumnContract(name="Soort lener", type="varchar", values=("kind", "groot")),
    ColumnContract(name="days", type="integer"),
    ColumnContract(name="book_id", type="varchar", references=("books", "book_id")),
    ColumnContract(name="shelf", type="varchar", references=("shelves", "shelf")),
    RELEASE_ID,
)
LOANS = TableContract(
    name="loans", key=("loan_id",), columns={column.name: column for column in COLUMNS}
)
LINES = TableContract(
    name="loans", key=("days", "loan_id"), columns={column.name: column for column in COLUMNS}
)
TABLES = {"loans": LOANS, "books": TableContract(name="books", columns={})}
TOWN = """
ATTACH ':memory:' AS warehouse;
CREATE SCHEMA warehouse.staging; CREATE SCHEMA warehouse.register;
CREATE TABLE warehouse.staging.stg_run__context AS SELECT 'r1' AS release_id;
CREATE TABLE warehouse.register.shelves AS SELECT 'A' AS shelf UNION ALL SELECT NULL;
CREATE TABLE books AS SELECT 'b1' AS book_id UNION ALL SELECT NULL;
CREATE TABLE loans (loan_id VARCHAR, "Soort lener" VARCHAR, days INTEGER, book_id VARCHAR,
    shelf VARCHAR, release_id VARCHAR);
INSERT INTO loans VALUES ('1', 'kind', 3, 'b1', 'A', 'r1'), ('2', NULL, NULL, NULL, NULL, 'r1');
"""
BROKEN = {
    "columns": "ALTER TABLE loans ADD COLUMN one_more INTEGER",
    "types": "ALTER TABLE loans ALTER days TYPE BIGINT",
    "carries_its_release": "UPDATE loans SET release_id = NULL WHERE loan_id = '1'",
    "loan_id_unique": "INSERT INTO loans SELECT * FROM loans WHERE loan_id = '1'",
    "loan_id_filled": "UPDATE loans SET loan_id = NULL WHERE loan_id = '1'",
    "soort_lener_known": "UPDATE loans SET \"Soort lener\" = 'hond' WHERE loan_id = '1'",
    "book_known": "UPDATE loans SET book_id = 'b2' WHERE loan_id = '1'",
    "shelf_known": "UPDATE loans SET shelf = 'B' WHERE loan_id = '1'",
}


def failing(contract: TableContract, change: str = "") -> set[str]:
    suite = Suite.model_construct(
        table="loans", description="", expectations=derived_rules(contract, TABLES)
    )
    with duckdb.connect() as connection:
        connection.execute(TOWN + change)
        answers = judge_suite(connection, suite)
    assert [answer.error for answer in answers.values() if answer.error] == []
    return {rule for (_, rule), answer in answers.items() if not answer.passed}


def test_a_table_that_keeps_its_contract_passes() -> None:
    assert failing(LOANS) == set()
    assert failing(LINES) == set()
    assert {rule.rule for rule in derived_rules(LOANS, TABLES)} == BROKEN.keys()


@pytest.mark.parametrize("rule", BROKEN)
def test_a_promise_that_is_broken_is_seen_alone(rule: str) -> None:
    assert failing(LOANS, BROKEN[rule]) == {rule}


def test_a_key_of_more_columns_is_unique_together() -> None:
    assert failing(LINES, BROKEN["loan_id_unique"]) == {"grain_unique"}
    assert failing(LINES, "UPDATE loans SET days = 3") == set()


def test_every_published_table_is_held_to_its_contract_and_says_so() -> None:
    contracts = load_table_contracts(PROJECT / "dbt_project")
    suites = load_all_suites(PROJECT / "expectations", PROJECT / "dbt_project")
    assert contracts.keys() == suites.keys()
    for table, suite in suites.items():
        derived = {rule.rule for rule in derived_rules(contracts[table], contracts)}
        if table == "publication":  # one row is unique by its number
            derived.remove("release_id_unique")
        found = {rule.rule: rule.source for rule in suite.expectations if rule.rule in derived}
        assert found == dict.fromkeys(derived, f"contract van {table}")


def test_no_written_rule_says_what_a_contract_says() -> None:
    contracts = load_table_contracts(PROJECT / "dbt_project")
    for table, suite in load_suites(PROJECT / "expectations").items():
        derived = [(rule.type, rule.kwargs) for rule in derived_rules(contracts[table], contracts)]
        twice = [rule.rule for rule in suite.expectations if (rule.type, rule.kwargs) in derived]
        assert twice == [], table


def test_a_written_rule_by_the_name_of_a_derived_one_is_refused(tmp_path) -> None:
    (tmp_path / "dim_kpi.json").write_text(
        '{"table": "dim_kpi", "description": "De KPI in een proef.", "expectations": [{"rule": '
        '"kpi_id_filled", "type": "expect_table_row_count_to_be_between", "severity": "critical",'
        '"description": "Iets anders.", "kwargs": {"min_value": 1}}]}'
    )
    with pytest.raises(ContractError, match=r"dim_kpi\.json:1: regel kpi_id_filled volgt al uit"):
        load_all_suites(tmp_path, PROJECT / "dbt_project")
