"""Every rule of every suite can fail: each is broken on the sample and must be seen.

Rules about values are broken by what their type says. For a query every column that it names is
changed, in the table itself and in what it reads of the warehouse, until it sees that; the few that
look for something rarer have a statement in `breaks.json`. A rule that nothing breaks is reported
here: a rule that cannot fail guards nothing. All of it runs on copies in memory, with the judge
that is quick; at the end both judges look at a mart in which everything is broken at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dronten_pipeline.contracts.derived_rules import load_all_suites
from dronten_pipeline.contracts.expectation_types import (
    Between,
    CompoundUnique,
    InSet,
    NotNull,
    Null,
    OfType,
    OrderedColumns,
    Regex,
    RowCount,
    UnexpectedRows,
    Unique,
)
from dronten_pipeline.contracts.suites import Expectation, Suite
from dronten_pipeline.core.database import column_types, identifier, literal
from dronten_pipeline.gate import attack
from dronten_pipeline.gate.candidate import build_reference
from dronten_pipeline.gate.gx_judge import judge_by_great_expectations
from dronten_pipeline.gate.sql_judge import judge_by_sql, judge_suite
from dronten_pipeline.gate.verdict import disagreement
from dronten_pipeline.ledger.judgement import Answer
from tests.conftest import PROJECT

SUITES = load_all_suites(PROJECT / "expectations", PROJECT / "dbt_project")
BREAKS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("breaks.json").read_text(encoding="utf-8")
)
RULES = [(table, rule) for table, suite in SUITES.items() for rule in suite.expectations]

#: The sample is the first release and revises nothing; a revision as the second would have it.
ONE_REVISION = """
INSERT INTO kpi_revision
SELECT kpi_id, period_grain, period_start, dimension, dimension_value, value - 1, value,
    '20260101-000000000000', publication.release_id, 'delivery', NOT is_provisional,
    publication.release_id
FROM fct_kpi_value CROSS JOIN publication
WHERE value IS NOT NULL AND dimension = 'total'
ORDER BY ALL LIMIT 1;
UPDATE publication SET previous_release = '20260101-000000000000';
"""


@dataclass(frozen=True)
class Sample:
    """The published mart in memory, with the warehouse that it was made of beside it."""

    connection: duckdb.DuckDBPyConnection
    types: dict[str, dict[str, str]]

    def answers(self, table: str, rules: list[Expectation]) -> dict[str, Answer]:
        suite = Suite.model_construct(table=table, description="", expectations=rules)
        judged = judge_suite(self.connection, suite)
        return {rule: answer for (_, rule), answer in judged.items()}


def copy_without_keys(mart: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """The tables of a mart, without the keys that would refuse what a rule is there to see."""
    connection.execute(f"ATTACH {literal(mart)} AS published (READ_ONLY)")
    for (table,) in connection.execute("SHOW TABLES FROM published").fetchall():
        connection.execute(f"CREATE TABLE {table} AS FROM published.{table}")
    connection.execute("DETACH published")


@pytest.fixture(scope="module")
def sample(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("every_rule")
    run = sample_home / "warehouse" / "latest"
    build_reference(run / "warehouse.duckdb", folder / "reference.duckdb")
    attack.try_candidate(run / "mart.duckdb", folder / "reference.duckdb", sample_home / "releases")
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS mart; USE mart")
        # Not the current release: another test may have run again since, with the same outcome.
        copy_without_keys(run / "mart.duckdb", connection)
        connection.execute(f"ATTACH {literal(folder / 'reference.duckdb')} AS warehouse")
        connection.execute(ONE_REVISION)
        yield Sample(connection, column_types(connection))


def changes(column: str, kind: str) -> Iterator[str]:
    """Values that a column does not have now, in each of its rows."""
    name = identifier(column)
    match kind:
        case "VARCHAR":
            yield "'no such value'"
        case "BOOLEAN":
            yield f"NOT {name}"
        case "DATE" | "TIMESTAMP":
            yield f"{name} + INTERVAL 400 DAY"
            yield "DATE '1990-03-01'"
        case _:
            yield f"{name} + 1"
            yield "-1"
    yield "NULL"


def mutants(sample: Sample, table: str, query: str) -> Iterator[str]:
    """Statements after which a query may see something else, each about one table that it reads."""
    if "duckdb_columns()" in query:
        for column, kind in sample.types[table].items():
            other = "TYPE VARCHAR" if kind != "VARCHAR" else "TYPE INTEGER USING 1"
            yield f"ALTER TABLE {table} ALTER {identifier(column)} {other}"
        return
    words = set(re.findall(r"\w+", query))
    read = [table, *sorted(set(re.findall(r"\bwarehouse\.\w+\.\w+", query)))]
    for name in read:
        columns = sample.connection.execute(f"DESCRIBE {name}").fetchall()
        for column, kind, *_ in columns:
            if column in words:
                for value in changes(column, kind):
                    yield f"UPDATE {name} SET {identifier(column)} = {value}"
        yield f"DELETE FROM {name}"
        yield f"INSERT INTO {name} SELECT * FROM {name}"


def breaking(table: str, rule: Expectation, types: dict[str, str]) -> str:
    """A statement after which a rule about values may not pass."""
    match rule.arguments:
        case RowCount():
            return f"DELETE FROM {table}"
        case OrderedColumns():
            return f"ALTER TABLE {table} ADD COLUMN one_more INTEGER"
        case NotNull(column=column):
            return in_one_row(table, column, "NULL")
        case Null(column=column):
            return in_one_row(table, column, invented(types[column]))
        case InSet(column=column):
            return in_one_row(table, column, invented(types[column]))
        case Between(column=column, min_value=low, max_value=high):
            outside = f"{low} - 1" if low is not None else f"{high} + 1"
            return in_one_row(table, column, outside)
        case Regex(column=column):
            return in_one_row(table, column, "'no such text'")
        case Unique() | CompoundUnique():
            return f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1"
        case OfType(column=column):
            return f"ALTER TABLE {table} ALTER {identifier(column)} TYPE VARCHAR"
    raise AssertionError(f"nothing breaks the type {rule.type} here: add what does")


def in_one_row(table: str, column: str, value: str) -> str:
    return (
        f"UPDATE {table} SET {identifier(column)} = {value} "
        f"WHERE rowid = (SELECT min(rowid) FROM {table})"
    )


def invented(kind: str) -> str:
    return {"VARCHAR": "'no such value'", "DATE": "DATE '1900-01-01'"}.get(kind, "-999")


def named(rule: Expectation) -> set[str]:
    return set(rule.arguments.columns)


def is_seen(sample: Sample, table: str, rule: Expectation, statement: str, before: Answer) -> bool:
    """Whether a rule that looked before, looking again after a statement, finds more that fails."""
    sample.connection.execute("BEGIN")
    try:
        sample.connection.execute(statement)
        after = sample.answers(table, [rule])[rule.rule]
    finally:
        sample.connection.execute("ROLLBACK")
    is_more = (after.failing_rows or 1) > (before.failing_rows or 0)
    return after.error is None and not after.passed and is_more


QUERIES = [(table, rule) for table, rule in RULES if isinstance(rule.arguments, UnexpectedRows)]
OTHERS = [(table, rule) for table, rule in RULES if not isinstance(rule.arguments, UnexpectedRows)]


def named_in_full(rules: list[tuple[str, Expectation]]) -> list[str]:
    return [f"{table}.{rule.rule}" for table, rule in rules]


@pytest.mark.parametrize(("table", "rule"), QUERIES, ids=named_in_full(QUERIES))
def test_a_query_sees_what_it_looks_for(sample: Sample, table: str, rule: Expectation) -> None:
    before = sample.answers(table, [rule])[rule.rule]
    assert before.error is None
    if rule.severity == "critical":
        assert before.passed
    statement = BREAKS.get(table, {}).get(rule.rule)
    if not before.passed and not statement:
        return  # the sample breaks it already
    query = rule.kwargs["unexpected_rows_query"]
    tried = [statement] if statement else mutants(sample, table, query)
    assert any(is_seen(sample, table, rule, one, before) for one in tried), (
        f"no change of a column that {table}.{rule.rule} names makes it fail: mend the rule, or "
        "add a statement that breaks what it looks for to tests/chain/breaks.json"
    )


@pytest.mark.parametrize(("table", "rule"), OTHERS, ids=named_in_full(OTHERS))
def test_a_rule_sees_what_it_looks_for(sample: Sample, table: str, rule: Expectation) -> None:
    before = sample.answers(table, [rule])[rule.rule]
    assert before.error is None
    if rule.severity == "critical":
        assert before.passed
    elif not before.passed:
        return  # the sample breaks it already
    others = [
        other
        for other in SUITES[table].expectations
        if not isinstance(other.arguments, UnexpectedRows) and not named(other) & named(rule)
    ]
    held = {name for name, one in sample.answers(table, others).items() if one.passed}
    statement = breaking(table, rule, sample.types[table])
    sample.connection.execute("BEGIN")
    try:
        sample.connection.execute(statement)
        after = sample.answers(table, [rule])[rule.rule]
        assert not after.passed
        assert (after.failing_rows or 1) > (before.failing_rows or 0), "it fails as it did before"
        if statement.startswith(f"UPDATE {table} SET {identifier(next(iter(named(rule)), ''))} "):
            found = sample.answers(table, others)
            assert {name for name in held if not found[name].passed} == set(), "others fail too"
    finally:
        sample.connection.execute("ROLLBACK")


def test_every_statement_is_for_a_rule_that_exists() -> None:
    queries = {(table, rule.rule) for table, rule in QUERIES}
    assert {(table, rule) for table, rules in BREAKS.items() for rule in rules} <= queries


def test_the_judges_agree_on_a_mart_in_which_everything_is_broken(
    sample_home: Path, tmp_path: Path
) -> None:
    mart, reference = tmp_path / "mart.duckdb", tmp_path / "reference.duckdb"
    run = sample_home / "warehouse" / "latest"
    build_reference(run / "warehouse.duckdb", reference)
    attack.try_candidate(run / "mart.duckdb", reference, sample_home / "releases")
    with duckdb.connect(str(mart)) as connection:
        copy_without_keys(run / "mart.duckdb", connection)
        types: dict[str, Any] = column_types(connection)
        for table, rule in RULES:
            if isinstance(rule.arguments, NotNull | InSet | Between | Regex | Unique):
                connection.execute(
                    breaking(table, rule, types[table]).replace("min(rowid)", "max(rowid)")
                )
    suites = list(SUITES.values())
    by_sql = judge_by_sql(mart, reference, suites)
    by_great_expectations = judge_by_great_expectations(mart, reference, suites)
    assert sum(not answer.passed for answer in by_sql.values()) > 100
    for key, answer in by_sql.items():
        both = {"sql": answer, "great_expectations": by_great_expectations[key]}
        assert disagreement(both) is None or answer.error, (key, both)
