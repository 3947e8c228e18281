"""`data_quality` and `publication`: what the mart says about its own judgement.

Here belongs filling them so that what they say holds for them as well. Not here: judging.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dronten_pipeline.contracts.suites import OWNER, Suite
from dronten_pipeline.core.database import column_types, count_rows, identifier
from dronten_pipeline.gate import sql_judge
from dronten_pipeline.gate.verdict import JUDGES, Answers, combine, verdict_of
from dronten_pipeline.ledger.judgement import Answer, Result, VerdictName

#: Rounds after which the answers about the two tables must agree with the rows written about them.
MAX_ROUNDS = 4


@dataclass(frozen=True, kw_only=True)
class Publication:
    """The one row of `publication`, without the verdict."""

    release_id: str
    published_at: str
    as_of: str
    code_version: str
    contract_version: str
    previous_release: str | None


def fill_own_tables(
    connection: duckdb.DuckDBPyConnection,
    suites: Sequence[Suite],
    judged: Answers,
    *,
    run_id: str,
    publication: Publication,
    is_approved: bool,
) -> Answers:
    """Writes one row per rule into `data_quality` and the one row of `publication`.

    A table or a column that is not there stays away; its suite reports it. What is written is what
    the second judge says: where Great Expectations differs, nothing is published at all.

    Args:
        suites: all suites, in their order.
        judged: the answers about all other tables.
        is_approved: whether a person approved what held these very figures back.

    Returns:
        The answers about these two tables, as they are now.

    Raises:
        RuntimeError: the answers about these two tables do not settle.
    """
    guarded = _guarded(connection, suites)
    own = [suite for suite in suites if (suite.table, suite.expectations[0].rule) not in judged]
    # What is written about the own tables must hold after it was written: assume, judge, compare.
    answers: Answers = {
        (suite.table, expectation.rule): Answer(passed=True, observed="")
        for suite in own
        for expectation in suite.expectations
    }
    for _ in range(MAX_ROUNDS):
        known = judged | answers
        results = combine(suites, dict.fromkeys(JUDGES, known), count_rows(connection))
        verdict = verdict_of(results)
        if is_approved:
            verdict = "approved"
        _write(connection, results, verdict, run_id, publication, guarded)
        found: Answers = {}
        for suite in own:
            found |= sql_judge.judge_suite(connection, suite)
        if found == answers:
            return answers
        answers = found
    raise RuntimeError(
        "De regels van data_quality en publication oordelen telkens anders: zoek in hun suites een "
        "regel die van zijn eigen uitkomst afhangt."
    )


def _guarded(
    connection: duckdb.DuckDBPyConnection, suites: Sequence[Suite]
) -> dict[tuple[str, str], tuple[str | None, str]]:
    """By table and rule the KPI that the rule guards, and its owner, as dim_kpi says."""
    if not {"kpi_id", "owner"} <= column_types(connection).get("dim_kpi", {}).keys():
        return {}
    owners = dict(connection.execute("SELECT kpi_id, owner FROM dim_kpi").fetchall())
    return {
        (suite.table, rule.rule): (kpi, owners.get(kpi, OWNER))
        for suite in suites
        for rule in suite.expectations
        for kpi in [rule.kpi if rule.kpi in owners else None]
    }


def _write(
    connection: duckdb.DuckDBPyConnection,
    results: list[Result],
    verdict: VerdictName,
    run_id: str,
    publication: Publication,
    guarded: Mapping[tuple[str, str], tuple[str | None, str]],
) -> None:
    quality = [
        {
            "table_name": result.table,
            "rule": result.rule,
            "severity": result.severity,
            "passed": result.passed,
            "observed": ": ".join(filter(None, (result.observed, result.error))),
            "failing_rows": result.failing_rows,
            "checked_rows": result.checked_rows,
            "run_id": run_id,
            "kpi_id": kpi_id,
            "owner": owner,
            "release_id": publication.release_id,
        }
        for result in results
        for kpi_id, owner in [guarded.get((result.table, result.rule), (None, OWNER))]
    ]
    present = column_types(connection)
    row = vars(publication) | {"verdict": verdict}
    for table, rows in (("data_quality", quality), ("publication", [row])):
        columns = [name for name in rows[0] if name in present.get(table, {})]
        if not columns:
            continue
        names = ", ".join(map(identifier, columns))
        marks = ", ".join(["(" + ", ".join("?" * len(columns)) + ")"] * len(rows))
        connection.execute(f"DELETE FROM {identifier(table)}")
        # One statement: row by row DuckDB takes seconds.
        connection.execute(
            f"INSERT INTO {identifier(table)} ({names}) VALUES {marks}",
            [row[name] for row in rows for name in columns],
        )
