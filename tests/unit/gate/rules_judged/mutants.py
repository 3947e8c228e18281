"""Mutants of a mart that passes: what each rule notices, and what it alone notices.

`python -m tests.unit.gate.rules_judged.mutants` tries, for each rule of the invented town that
logic does not answer, the statement that `test_published_suites.py` breaks it with, then small
changes to the tables that it reads, until it alone fails; what was shown is written to
`gate/rules_judged/mutants.json`. Not here: rules about one row, which need no mart
(`dronten_pipeline/gate/rules_judged`), and keeping the file true
(`test_published_suites.py`).
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dronten_pipeline.contracts.expectation_types import UnexpectedRows
from dronten_pipeline.contracts.published_tables import load_table_contracts
from dronten_pipeline.contracts.suites import Suite, load_suites
from dronten_pipeline.core.database import column_types, identifier
from dronten_pipeline.gate.rules_judged.questions import Outcome, Question, ask
from dronten_pipeline.gate.rules_judged.shown import FILE, Mutant, Shown, fingerprint, read
from dronten_pipeline.gate.sql_judge import judge_suite
from tests.conftest import PROJECT

#: A rule by its table and name.
Key = tuple[str, str]

#: Mutants that broke a rule and others as well, before that is said.
MOST_TRIED = 20


class Tried:
    """A mart in memory and what it was made of, in which one thing at a time is changed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, suites: dict[str, Suite]) -> None:
        connection.execute("SET threads = 1")  # small tables: more cost more
        self.connection = connection
        self.types = column_types(connection)
        self.below = {
            f"warehouse.{schema}.{table}": dict(zip(names, kinds, strict=True))
            for schema, table, names, kinds in connection.execute(
                "SELECT schema_name, table_name, list(column_name), list(data_type) "
                "FROM duckdb_columns() WHERE database_name = 'warehouse' GROUP BY ALL"
            ).fetchall()
        }
        self.rules = {
            (table, rule.rule): rule
            for table, suite in suites.items()
            for rule in suite.expectations
        }
        self._queries = {
            key: arguments.unexpected_rows_query.replace("{batch}", identifier(key[0]))
            for key, rule in self.rules.items()
            if isinstance(arguments := rule.arguments, UnexpectedRows)
        }
        self._reads = {key: self._tables_of(key) for key in self.rules}
        self.before = set(self.failing(self.rules))

    def failing(self, keys: Collection[Key]) -> Iterator[Key]:
        """Which of the rules fail now, those first that are quick to ask."""
        for table in {table for table, name in keys if (table, name) not in self._queries}:
            rules = [
                rule
                for key, rule in self.rules.items()
                if key[0] == table and key in keys and key not in self._queries
            ]
            suite = Suite.model_construct(table=table, description="", expectations=rules)
            answers = judge_suite(self.connection, suite)
            yield from (key for key, answer in answers.items() if not answer.passed)
        for key in keys:
            query = self._queries.get(key)
            if query and self.connection.execute(f"SELECT 1 FROM ({query}) LIMIT 1").fetchone():
                yield key

    def _tables_of(self, key: Key) -> list[str]:
        """The tables that a rule reads, its own first."""
        query = self._queries.get(key, "")
        words = set(re.findall(r"\w+", query))
        below = [name for name in self.below if re.search(rf"\b{re.escape(name)}\b", query)]
        return [key[0], *sorted(words & self.types.keys() - {key[0]}), *below]

    @contextmanager
    def changed(self, statement: str) -> Iterator[None]:
        self.connection.execute("BEGIN")
        try:
            self.connection.execute(statement)
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def is_alone(self, key: Key, statement: str) -> bool:
        """Whether no rule that counts as much, and passed, fails by the change that is made now."""
        changed = set(re.findall(r"[\w.]+", statement))
        severity = self.rules[key].severity
        others = {
            other
            for other, rule in self.rules.items()
            if other != key
            and (rule.severity == "critical" or severity == "warning")
            and changed & set(self._reads[other])
        }
        return next(self.failing(others - self.before), None) is None

    def try_rule(self, key: Key, first: str | None) -> Mutant | None:
        """The first change that this rule alone notices, else the first that it notices.

        Args:
            first: the statement that is tried before all others.
        """
        found, tried = None, 0
        for statement in [first, *self._mutants(key)] if first else self._mutants(key):
            try:
                with self.changed(statement):
                    if key not in self.failing([key]):
                        continue
                    is_alone = self.is_alone(key, statement)
            except duckdb.Error:
                continue  # a value that the column, or a rule, does not take
            tried += 1
            if found is None or is_alone:
                found = Mutant(
                    rule_sha256=fingerprint(self.rules[key]),
                    statement=statement,
                    is_alone=is_alone,
                )
            if is_alone or tried == MOST_TRIED:
                break
        return found

    def _mutants(self, key: Key) -> Iterator[str]:
        query = self._queries.get(key, "")
        words = set(re.findall(r"\w+", query)) | set(self.rules[key].arguments.columns)
        named = re.findall(r"(\w+) = '(\w+)'", query)
        for table in self._reads[key]:
            types = self.types.get(table) or self.below[table]
            wheres = [f"{name} = '{value}'" for name, value in named if name in types]
            for where in dict.fromkeys([" AND ".join(dict.fromkeys(wheres)), *wheres, ""]):
                yield from small_changes(table, types, words, where)


def small_changes(table: str, types: dict[str, str], words: set[str], where: str) -> Iterator[str]:
    """Drops, doubles, empties, shifts and swaps: in one row, then in all of which this holds."""
    such = f" WHERE {where}" if where else ""
    for end in ("min", "max"):
        one = f" WHERE rowid = (SELECT {end}(rowid) FROM {table}{such})"
        yield f"DELETE FROM {table}{one}"
        yield f"INSERT INTO {table} SELECT * FROM {table}{one}"
        for name, kind in types.items():
            if name in words:
                for value in others_than(name, kind):
                    yield f"UPDATE {table} SET {identifier(name)} = {value}{one}"
    yield f"DELETE FROM {table}{such}"
    for name, kind in types.items():
        if name in words:
            for value in others_than(name, kind):
                yield f"UPDATE {table} SET {identifier(name)} = {value}{such}"


def others_than(name: str, kind: str) -> list[str]:
    column = identifier(name)
    match kind.split("(")[0]:
        case "BOOLEAN":
            return [f"NOT {column}", "NULL"]
        case "VARCHAR":
            return ["NULL", "'no such value'", f"{column} || 'x'"]
        case "DATE" | "TIMESTAMP":
            return ["NULL", f"{column} + INTERVAL 1 DAY", f"{column} - INTERVAL 1 YEAR"]
        case _:
            return ["NULL", f"{column} + 1", f"{column} - 1", f"-{column}", f"{column} * 1000"]


def unanswered(suites: dict[str, Suite]) -> list[tuple[str, str]]:
    """The rules of which logic does not say that they can fail and are needed."""
    contracts = load_table_contracts(PROJECT / "dbt_project")
    found = []
    for table, suite in suites.items():
        types = {name: one.type.upper() for name, one in contracts[table].columns.items()}
        answers = {
            (finding.rule, finding.question): finding.outcome for finding in ask(suite, types)
        }
        found += [
            (table, rule.rule)
            for rule in suite.expectations
            if any(
                answers.get((rule.rule, question), Outcome.UNKNOWN) == Outcome.UNKNOWN
                for question in Question
            )
        ]
    return found


def main() -> None:
    from tests.unit.gate.test_published_suites import (
        MUTATIONS,
        copy_town_suites,
        in_memory,
        judged_town,
    )

    wanted = set(unanswered(load_suites(PROJECT / "expectations")))
    with tempfile.TemporaryDirectory() as folder:
        expectations = Path(folder) / "expectations"
        suites = copy_town_suites(expectations)
        run_folder, _ = judged_town(Path(folder) / "home", expectations)
        with in_memory(run_folder) as connection:
            tried = Tried(connection, suites)
            shown = read()
            left = wanted & tried.rules.keys() - tried.before
            # Tables with few rules first: of those most is known soonest.
            for key in sorted(left, key=lambda key: (len(suites[key[0]].expectations), key)):
                # What is known stays: only rules that are new or ask something else are tried.
                if shown.of(key[0], tried.rules[key], Question.CAN_FAIL) == Outcome.YES:
                    continue
                if mutant := tried.try_rule(key, MUTATIONS.get(key)):
                    shown.mutants.setdefault(key[0], {})[key[1]] = mutant
                    sys.stdout.write(f"{'.'.join(key)} {'alone' if mutant.is_alone else ''}\n")
                    sys.stdout.flush()
                    write(shown)


def write(shown: Shown) -> None:
    document = {
        "mutants": {
            table: dict(sorted(mutants.items()))
            for table, mutants in sorted(shown.model_dump()["mutants"].items())
        }
    }
    FILE.write_text(f"{json.dumps(document, indent=1, ensure_ascii=False)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
