"""The first judge: Great Expectations, through the engine of `adapter.py`.

Here belongs asking Great Expectations and reading its answers. Not here: the second judge
(`sql_judge.py`), with which this shares only the words in which an answer is put. Importing Great
Expectations costs seconds; only the process of the gate does it.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import duckdb

from dronten_pipeline.contracts.expectation_types import (
    OfType,
    OrderedColumns,
    RowCount,
    UnexpectedRows,
)
from dronten_pipeline.contracts.suites import Expectation, Suite
from dronten_pipeline.core.database import OFFLINE, column_types
from dronten_pipeline.gate.verdict import Answers
from dronten_pipeline.gate.wording import columns_seen, counted, missing_columns, representable
from dronten_pipeline.ledger.judgement import Answer

if TYPE_CHECKING:
    from dronten_pipeline.gate.adapter import DuckDBDatasource

#: What Great Expectations loads for expectations that no suite may use, a third of its start: it
#: draws distributions and tests them.
UNUSED = ("altair", "scipy.stats")

#: What Great Expectations itself says of one suite, for the pages that it makes.
Outcome = Any


def judge_by_great_expectations(
    mart: Path,
    warehouse: Path,
    suites: Iterable[Suite],
    on_suite: Callable[[Suite, Outcome], None] = lambda *_: None,
) -> Answers:
    """One answer per rule; the file is opened read-only and is free again afterwards.

    Args:
        on_suite: gets what Great Expectations said of each suite, None where it broke off.
    """
    keep_quiet()
    answers: Answers = {}
    # Before the engine opens the file: DuckDB opens it in one way at a time within a process.
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        columns = column_types(connection)
    with _opened(mart, warehouse) as source:
        for suite in suites:
            outcome, found = _judge_suite(source, suite, columns.get(suite.table))
            answers |= found
            on_suite(suite, outcome)
    return answers


def load() -> None:
    """Imports Great Expectations now, so that judging begins at once."""
    keep_quiet()
    from dronten_pipeline.gate import adapter  # noqa: F401


def keep_quiet() -> None:
    """Sends and says nothing, and loads no more than is used; before Great Expectations is."""
    for name in UNUSED:
        sys.modules.setdefault(name, _WhenUsed(name))
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


class _WhenUsed(ModuleType):
    """Stands in for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import itself asks
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _configured_once() -> Iterator[None]:
    """Keeps the configuration of each expectation: Great Expectations makes it anew some fifty
    times for every rule, and nothing changes it while a suite is judged."""
    from great_expectations.expectations.expectation import Expectation

    made: Any = Expectation.configuration
    known: dict[int, tuple[Expectation, Any]] = {}

    def once(expectation: Expectation) -> Any:
        # With the expectation itself, or another could get its number.
        if id(expectation) not in known:
            known[id(expectation)] = expectation, made.fget(expectation)
        return known[id(expectation)][1]

    Expectation.configuration = property(once)  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Expectation.configuration = made  # type: ignore[method-assign]


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
) -> tuple[Outcome, Answers]:
    from great_expectations.core import ExpectationSuite

    def all_unjudged(error: str) -> Answers:
        answer = Answer.unjudged(error)
        return {(suite.table, expectation.rule): answer for expectation in suite.expectations}

    if columns is None:
        return None, all_unjudged(f"de tabel {suite.table} ontbreekt")
    try:
        batch = (
            source.add_table_asset(name=suite.table, table_name=suite.table)
            .add_batch_definition_whole_table("whole")
            .get_batch()
        )
        rules = ExpectationSuite(
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
        )
        with _configured_once():
            outcome = batch.validate(
                rules,
                # No sample of what was found: it would be data in the evidence.
                result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
            )
    except Exception as raised:  # a suite that crashes has failed, the others are judged
        return None, all_unjudged(
            representable(str(raised)) or f"het oordeel brak af ({type(raised).__name__})"
        )
    found = {result.expectation_config.meta["rule"]: result for result in outcome.results}
    return outcome, {
        (suite.table, expectation.rule): _answer(
            suite.table, expectation, found.get(expectation.rule), columns
        )
        for expectation in suite.expectations
    }


def _answer(table: str, expectation: Expectation, found: Any, columns: Mapping[str, str]) -> Answer:
    """What Great Expectations says of one rule; without an outcome it was not judged."""
    if found is None:
        return Answer.unjudged("Great Expectations gaf geen uitkomst")
    if missing := missing_columns(expectation.arguments.columns, columns):
        return Answer.unjudged(f"kolom {missing} ontbreekt in {table}")
    outcome = found.result or {}
    if _raised(found.exception_info) or not outcome:
        return Answer.unjudged(_reason(found.exception_info))
    passed = found.success is True
    observed, failing = _observed(expectation, outcome, columns, passed)
    return Answer(passed=passed, observed=observed, failing_rows=failing)


def _observed(
    expectation: Expectation, outcome: dict[str, Any], columns: Mapping[str, str], passed: bool
) -> tuple[str, int | None]:
    """What was seen, in Dutch and without a value, and how many rows are wrong."""
    seen: Any = outcome.get("observed_value")
    match expectation.arguments:
        case RowCount():
            return counted(int(seen), "rij", "rijen"), 0 if passed else None
        case OrderedColumns(column_list=agreed):
            return columns_seen(agreed, list(seen)), 0 if passed else None
        case OfType(column=column):
            return f"type {columns[column]}", 0 if passed else None
        case UnexpectedRows():
            return counted(int(seen), "afwijking", "afwijkingen"), int(seen)
    # Nothing was counted on an empty table.
    rows, failing = outcome.get("element_count") or 0, outcome.get("unexpected_count") or 0
    return f"{int(failing)} van {counted(int(rows), 'rij', 'rijen')}", int(failing)


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
        if message and (sentence := representable(str(message))):
            return sentence
    return "het oordeel over deze regel brak af"
