"""The process that judges: `python -m dronten_pipeline.gate.judge REQUEST.json`.

Here belongs letting Great Expectations judge a candidate, filling `data_quality` and
`publication`, and writing `verdict.json`. Not here: who starts this and whether it is believed
(`gate.py`). It is a process of its own because Great Expectations is slow to import and keeps
files open; it takes seconds once and its connections end with it.

Values of the data are never written: results hold counts, names of columns and types only.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from dronten_pipeline.contracts import Expectation, Strict, Suite
from dronten_pipeline.evidence.durable import canonical_json, sha256_of, write_durably
from dronten_pipeline.gate.candidate import OFFLINE, contract_version, identifier
from dronten_pipeline.gate.suites import (
    FILLED_BY_GATE,
    hash_of_suites,
    load_judgeable_suites,
)
from dronten_pipeline.gate.verdict import Result, Verdict, verdict_of

if TYPE_CHECKING:
    from dronten_pipeline.gate.adapter import DuckDBDatasource

#: Rounds after which the results of `data_quality` and `publication` must agree with the rows
#: that were written about them.
MAX_ROUNDS = 4

#: DuckDB's errors of these kinds name tables, columns and syntax; others may quote a value.
_SPEAKABLE = ("Binder Error", "Catalog Error", "Parser Error")


class Request(Strict):
    """What the gate asks for; every path is absolute."""

    mart: str
    warehouse: str
    expectations: str
    verdict: str
    run_id: str
    release_id: str
    as_of: str
    published_at: str
    code_version: str
    previous_release: str | None


def main(arguments: list[str]) -> int:
    """Judges by the request in a file; 0 when a verdict was written, whatever it says."""
    request = Request.model_validate_json(Path(arguments[0]).read_text(encoding="utf-8"))
    _keep_quiet()
    verdict = judge(request)
    write_durably(Path(request.verdict), canonical_json(verdict.model_dump()))
    return 0


def judge(request: Request) -> Verdict:
    """Judges the candidate and fills its last two tables.

    Raises:
        SuiteError, ContractError: the suites cannot be used.
        RuntimeError: the results of the last two tables do not settle, or a write-ahead log stays.
    """
    mart, warehouse = Path(request.mart), Path(request.warehouse)
    suites = load_judgeable_suites(Path(request.expectations))
    suites_sha256 = hash_of_suites(Path(request.expectations))
    delivered = [suite for table, suite in suites.items() if table not in FILLED_BY_GATE]
    own = [suite for table, suite in suites.items() if table in FILLED_BY_GATE]

    results = judge_suites(mart, warehouse, delivered)
    # What is written about the own tables must hold after it was written: assume, judge, compare.
    own_results = [
        _assumed(suite, expectation) for suite in own for expectation in suite.expectations
    ]
    for _ in range(MAX_ROUNDS):
        fill_own_tables(mart, request, [*results, *own_results])
        judged = judge_suites(mart, warehouse, own)
        if judged == own_results:
            break
        own_results = judged
    else:
        raise RuntimeError(
            "The rules of data_quality and publication judge differently each time: "
            f"look for a rule in {request.expectations} that depends on its own outcome."
        )
    results += own_results
    _settle(mart)
    return Verdict(
        verdict=verdict_of(results),
        run_id=request.run_id,
        release_id=request.release_id,
        as_of=request.as_of,
        published_at=request.published_at,
        code_version=request.code_version,
        contract_version=contract_version(mart),
        previous_release=request.previous_release,
        mart_sha256=sha256_of(mart),
        suites_sha256=suites_sha256,
        row_counts=_row_counts(mart),
        versions=_versions(),
        results=results,
    )


# --- Great Expectations


def judge_suites(mart: Path, warehouse: Path, suites: Iterable[Suite]) -> list[Result]:
    """One result per rule, in the order of the suites; the file is free again afterwards."""
    results: list[Result] = []
    # Before the engine opens the file: DuckDB opens it in one way at a time within a process.
    columns = _columns(mart)
    with _opened(mart, warehouse) as source:
        for suite in suites:
            results += _judge_suite(source, suite, columns.get(suite.table))
            sys.stdout.write(f"{suite.table}: {len(suite.expectations)} rules judged\n")
            sys.stdout.flush()
    return results


@contextmanager
def _opened(mart: Path, warehouse: Path) -> Iterator[DuckDBDatasource]:
    import great_expectations as gx

    from dronten_pipeline.gate.adapter import DuckDBDatasource

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    source = context.data_sources.add_or_update_duckdb(  # type: ignore[attr-defined]
        name="mart", database=str(mart), warehouse=str(warehouse)
    )
    assert isinstance(source, DuckDBDatasource)
    try:
        yield source
    finally:
        source.get_execution_engine().close()


def _judge_suite(
    source: DuckDBDatasource, suite: Suite, columns: dict[str, str] | None
) -> list[Result]:
    from great_expectations.core import ExpectationSuite

    if columns is None:
        error = f"de tabel {suite.table} ontbreekt"
        return [_crashed(suite, expectation, error) for expectation in suite.expectations]
    try:
        batch = (
            source.add_table_asset(name=suite.table, table_name=suite.table)
            .add_batch_definition_whole_table("whole")
            .get_batch()
        )
        outcome = batch.validate(
            ExpectationSuite(
                name=suite.table,
                expectations=[
                    {
                        "type": expectation.type,
                        "kwargs": expectation.kwargs,
                        "severity": expectation.severity,
                        "meta": {"rule": expectation.rule},
                    }
                    for expectation in suite.expectations
                ],
            ),
            # No sample of what was found: it would be data in the evidence.
            result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
        )
    except Exception as raised:  # a suite that crashes has failed, the others are judged
        error = _speakable(str(raised)) or f"het oordeel brak af ({type(raised).__name__})"
        return [_crashed(suite, expectation, error) for expectation in suite.expectations]
    found = {result.expectation_config.meta["rule"]: result for result in outcome.results}
    rows = _rows(source, suite.table)
    return [
        _result(suite, expectation, found.get(expectation.rule), columns, rows)
        for expectation in suite.expectations
    ]


def _result(
    suite: Suite, expectation: Expectation, found: Any, columns: dict[str, str], rows: int
) -> Result:
    """Turns what Great Expectations says into a result; without an answer it has failed."""
    if found is None:
        return _crashed(suite, expectation, "Great Expectations gaf geen uitkomst")
    missing = [name for name in _named_columns(expectation) if name not in columns]
    # A list of columns is judged as a whole, and then says itself what is missing.
    if missing and expectation.type != "expect_table_columns_to_match_ordered_list":
        return _crashed(
            suite, expectation, f"kolom {', '.join(missing)} ontbreekt in {suite.table}"
        )
    answer = found.result or {}
    if _raised(found.exception_info) or not answer:
        return _crashed(suite, expectation, _reason(found.exception_info))
    passed = found.success is True
    observed, failing = _observed(expectation, answer, columns, passed)
    return Result(
        table=suite.table,
        rule=expectation.rule,
        type=expectation.type,
        severity=expectation.severity,
        description=expectation.description,
        passed=passed,
        observed=observed,
        failing_rows=failing,
        checked_rows=rows,
    )


def _crashed(suite: Suite, expectation: Expectation, error: str) -> Result:
    """A rule that could not be judged is a critical failure, whatever its severity."""
    return Result(
        table=suite.table,
        rule=expectation.rule,
        type=expectation.type,
        severity="critical",
        description=expectation.description,
        passed=False,
        observed="niet te beoordelen",
        error=error,
    )


def _assumed(suite: Suite, expectation: Expectation) -> Result:
    return Result(
        table=suite.table,
        rule=expectation.rule,
        type=expectation.type,
        severity=expectation.severity,
        description=expectation.description,
        passed=True,
        observed="",
    )


def _observed(
    expectation: Expectation, answer: dict[str, Any], columns: dict[str, str], passed: bool
) -> tuple[str, int | None]:
    """What was seen, in Dutch and without a value, and how many rows are wrong."""
    seen: Any = answer.get("observed_value")
    match expectation.type:
        case "expect_table_row_count_to_be_between":
            return _counted(int(seen), "rij", "rijen"), 0 if passed else None
        case "expect_table_columns_to_match_ordered_list":
            return _columns_seen(
                expectation.kwargs["column_list"], list(columns)
            ), 0 if passed else None
        case "expect_column_values_to_be_of_type":
            return f"type {columns[expectation.kwargs['column']]}", 0 if passed else None
        case "unexpected_rows_expectation":
            return _counted(int(seen), "afwijking", "afwijkingen"), int(seen)
    # Nothing was counted on an empty table.
    checked, failing = answer.get("element_count") or 0, answer.get("unexpected_count") or 0
    return f"{int(failing)} van {_counted(int(checked), 'rij', 'rijen')}", int(failing)


def _columns_seen(agreed: list[str], present: list[str]) -> str:
    missing = [name for name in agreed if name not in present]
    added = [name for name in present if name not in agreed]
    parts = [f"ontbreekt: {', '.join(missing)}"] if missing else []
    parts += [f"niet afgesproken: {', '.join(added)}"] if added else []
    if not parts and agreed != present:
        parts = ["andere volgorde dan afgesproken"]
    return "; ".join(parts) or f"{_counted(len(present), 'kolom', 'kolommen')} zoals afgesproken"


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _named_columns(expectation: Expectation) -> list[str]:
    named = expectation.kwargs.get("column")
    return [named] if named else list(expectation.kwargs.get("column_list", []))


def _raised(info: Any) -> bool:
    """Great Expectations hangs exceptions in two shapes on a result."""
    if not isinstance(info, dict):
        return bool(info)
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return bool(info)


def _reason(info: Any) -> str:
    parts = [info, *info.values()] if isinstance(info, dict) else []
    for part in parts:
        message = part.get("exception_message") if isinstance(part, dict) else None
        if message and (sentence := _speakable(str(message))):
            return sentence
    return "het oordeel over deze regel brak af"


def _speakable(message: str) -> str | None:
    """The part of an error that names only tables and columns, or nothing."""
    for kind in _SPEAKABLE:
        if kind in message:
            return kind + message.split(kind, 1)[1].splitlines()[0]
    return None


# --- the two tables that the gate fills


def fill_own_tables(mart: Path, request: Request, results: list[Result]) -> None:
    """Writes one row per rule into `data_quality` and the one row of `publication`.

    A table or a column that is not there stays away; its suite reports it.
    """
    quality = [
        {
            "table_name": result.table,
            "rule": result.rule,
            "severity": result.severity,
            "passed": result.passed,
            "observed": ": ".join(filter(None, (result.observed, result.error))),
            "failing_rows": result.failing_rows,
            "checked_rows": result.checked_rows,
            "run_id": request.run_id,
        }
        for result in results
    ]
    publication = {
        "release_id": request.release_id,
        "published_at": request.published_at,
        "as_of": request.as_of,
        "code_version": request.code_version,
        "contract_version": contract_version(mart),
        "verdict": verdict_of(results),
        "previous_release": request.previous_release,
    }
    present = _columns(mart)
    with duckdb.connect(str(mart), config=OFFLINE) as connection:
        for table, rows in (("data_quality", quality), ("publication", [publication])):
            columns = [name for name in rows[0] if name in present.get(table, {})]
            if not columns:
                continue
            names, marks = ", ".join(map(identifier, columns)), ", ".join("?" for _ in columns)
            connection.execute(f"DELETE FROM {identifier(table)}")
            connection.executemany(
                f"INSERT INTO {identifier(table)} ({names}) VALUES ({marks})",
                [[row[name] for name in columns] for row in rows],
            )


def _settle(mart: Path) -> None:
    """Leaves one file: what is published has no write-ahead log beside it."""
    with duckdb.connect(str(mart), config=OFFLINE) as connection:
        connection.execute("CHECKPOINT")
    log = mart.with_name(mart.name + ".wal")
    if log.exists():
        raise RuntimeError(f"{log} stays beside the mart: another process has the mart open.")


# --- what the file holds


def _columns(mart: Path) -> dict[str, dict[str, str]]:
    """Names and types of the columns of every table, in their order."""
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal "
            "AND database_name = current_database() ORDER BY table_name, column_index"
        ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def _row_counts(mart: Path) -> dict[str, int]:
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        counts: dict[str, int] = {}
        for (table,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
        ).fetchall():
            row = connection.execute(f"SELECT count(*) FROM {identifier(table)}").fetchone()
            assert row is not None
            counts[table] = int(row[0])
    return counts


def _rows(source: DuckDBDatasource, table: str) -> int:
    import sqlalchemy as sa

    query = sa.select(sa.func.count()).select_from(sa.table(table))
    return int(source.get_execution_engine().execute_query(query).scalar_one())


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    names = ("great_expectations", "duckdb", "duckdb-sqlalchemy", "sqlalchemy")
    return {name: version(name) for name in names} | {"python": sys.version.split()[0]}


def _keep_quiet() -> None:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
