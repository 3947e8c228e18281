"""The second judge: the same suites, judged by plain SQL on DuckDB.

Here belongs what each type of expectation means, as a condition on rows. Not here: the judgement of
Great Expectations (`gx_judge.py`), which computes typed rules its own way: that is what makes a
second opinion worth something. A query is run by both as it stands, on the same DuckDB, but for
those of `from_raw.py`; a result says so (`Result.computations`). Where the two differ, nothing is
published (`judge.py`).

All rules of a table about the values of one column are one query with one term per rule, so that a
table is read once; uniqueness and the queries of a suite are judged one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import duckdb

from dronten_pipeline.contracts.expectation_types import (
    Arguments,
    Between,
    CompoundUnique,
    InSet,
    NotNull,
    Null,
    OfType,
    OrderedColumns,
    Regex,
    RowCount,
    Tolerant,
    UnexpectedRows,
    Unique,
    kind_of,
)
from dronten_pipeline.contracts.suites import Expectation, Suite
from dronten_pipeline.core.database import OFFLINE, column_types, identifier, literal
from dronten_pipeline.gate import from_raw
from dronten_pipeline.gate.verdict import Answers
from dronten_pipeline.gate.wording import columns_seen, counted, missing_columns, representable
from dronten_pipeline.ledger.judgement import Answer

_NUMBERS = frozenset(
    (
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
        *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
        *("FLOAT", "DOUBLE", "DECIMAL"),
    )
)
_FLOATS = frozenset(("FLOAT", "DOUBLE"))
_MOMENTS = frozenset(("DATE", "TIMESTAMP"))


class _NotJudgeable(ValueError):
    """The rule cannot be judged on this column; the message is part of a Dutch sentence."""


@dataclass(frozen=True, kw_only=True)
class _Term:
    """A rule about the values of one column: which rows break it, and of which rows."""

    expectation: Expectation
    arguments: Tolerant
    breaks: str
    judged: str

    @property
    def parts(self) -> list[str]:
        """What must be counted; of how many it is matters only when some may break the rule."""
        return [self.breaks] if self.arguments.mostly == 1 else [self.breaks, self.judged]


def judge_by_sql(mart: Path, warehouse: Path, suites: Iterable[Suite]) -> Answers:
    """One answer per rule on a file that nobody else writes."""
    with opened(mart, warehouse, read_only=True) as connection:
        return {
            key: answer
            for suite in suites
            for key, answer in judge_suite(connection, suite).items()
        }


@contextmanager
def opened(mart: Path, warehouse: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The mart as the rules see it: with the warehouse that it was made of attached beside it."""
    with duckdb.connect(str(mart), read_only=read_only, config=OFFLINE) as connection:
        connection.execute(f"ATTACH {literal(warehouse)} AS warehouse (READ_ONLY)")
        yield connection


def judge_suite(
    connection: duckdb.DuckDBPyConnection, suite: Suite, raw: from_raw.Raw | None = None
) -> Answers:
    """One answer per rule of one table, as `connection` sees it now.

    Args:
        raw: what the run read, for the rules that are computed from that; without it their query
            is run.
    """
    columns = column_types(connection).get(suite.table)
    answers: dict[str, Answer] = {}
    terms: list[_Term] = []
    for expectation in suite.expectations:
        arguments = expectation.arguments
        try:
            if columns is None:
                raise _NotJudgeable(f"de tabel {suite.table} ontbreekt")
            if missing := missing_columns(arguments.columns, columns):
                raise _NotJudgeable(f"kolom {missing} ontbreekt in {suite.table}")
            if raw and suite.table == from_raw.TABLE and expectation.rule in from_raw.COMPUTED:
                found = from_raw.differing(connection, raw, expectation.rule)
                answers[expectation.rule] = _deviations(found, is_from_raw=True)
            elif isinstance(arguments, Tolerant):
                terms.append(_term(expectation, arguments, columns))
            else:
                answers[expectation.rule] = _judge(connection, suite.table, arguments, columns)
        except (_NotJudgeable, duckdb.Error, from_raw.Unreadable) as error:
            answers[expectation.rule] = _unjudged(error)
    answers |= _judge_terms(connection, suite.table, terms)
    return {(suite.table, rule.rule): answers[rule.rule] for rule in suite.expectations}


# --- one pass over the table


def _term(expectation: Expectation, arguments: Tolerant, columns: Mapping[str, str]) -> _Term:
    column, kind = identifier(arguments.column), _base(columns[arguments.column])
    filled = f"{column} IS NOT NULL"
    match arguments:
        case NotNull():
            breaks, judged = f"{column} IS NULL", "true"
        case Null():
            breaks, judged = filled, "true"
        case InSet():
            values = ", ".join(_constant(value, kind) for value in arguments.value_set)
            breaks, judged = f"{filled} AND NOT {column} IN ({values})", filled
        case Between():
            breaks, judged = f"{filled} AND NOT ({_inside(arguments, column, kind)})", filled
        case Regex():
            if kind != "VARCHAR":
                raise _NotJudgeable(f"een patroon past niet op een kolom van type {kind}")
            found = f"regexp_matches({column}, {literal(arguments.regex)})"
            breaks, judged = f"{filled} AND NOT {found}", filled
        case _:  # a type that is added without a meaning here must not pass
            raise _NotJudgeable(f"{expectation.type} heeft geen betekenis in SQL")
    return _Term(expectation=expectation, arguments=arguments, breaks=breaks, judged=judged)


def _inside(arguments: Between, column: str, kind: str) -> str:
    low, high = arguments.min_value, arguments.max_value
    if kind not in _NUMBERS | _MOMENTS:
        raise _NotJudgeable(f"een bereik past niet op een kolom van type {kind}")
    conditions = []
    if low is not None:
        sign = ">" if arguments.strict_min else ">="
        conditions.append(f"{column} {sign} {_constant(low, kind)}")
    if high is not None:
        sign = "<" if arguments.strict_max else "<="
        conditions.append(f"{column} {sign} {_constant(high, kind)}")
    if kind in _FLOATS:  # DuckDB orders NaN after everything else
        conditions.append(f"NOT isnan({column})")
    return " AND ".join(conditions)


def _constant(value: bool | float | str, kind: str) -> str:
    """A value of the suite in SQL, only where it can be compared with a column of `kind`."""
    match kind_of(value):
        case "booleans" if kind == "BOOLEAN":
            return str(value)
        case "numbers" if kind in _NUMBERS:
            return repr(value)
        case "texts" if kind == "VARCHAR":
            return literal(value)
        case "texts" if kind in _MOMENTS:
            return f"{kind} {literal(value)}"
    raise _NotJudgeable(f"{_DUTCH[kind_of(value)]} passen niet op een kolom van type {kind}")


_DUTCH = {"booleans": "waar en onwaar", "numbers": "getallen", "texts": "teksten"}


def _judge_terms(
    connection: duckdb.DuckDBPyConnection, table: str, terms: list[_Term]
) -> dict[str, Answer]:
    if not terms:
        return {}
    try:
        return _count_terms(connection, table, terms)
    except duckdb.Error as error:
        if len(terms) == 1:
            return {terms[0].expectation.rule: _unjudged(error)}
    # One rule that breaks must not take the others with it.
    return {
        rule: answer
        for term in terms
        for rule, answer in _judge_terms(connection, table, [term]).items()
    }


def _count_terms(
    connection: duckdb.DuckDBPyConnection, table: str, terms: list[_Term]
) -> dict[str, Answer]:
    wanted = list(dict.fromkeys(part for term in terms for part in term.parts))
    counts = ", ".join(f"count(*) FILTER (WHERE {part})" for part in wanted)
    row = connection.execute(f"SELECT count(*), {counts} FROM {identifier(table)}").fetchone()
    assert row is not None
    rows, counted_rows = row[0], dict(zip(wanted, row[1:], strict=True))
    return {
        term.expectation.rule: _share(
            failing=counted_rows[term.breaks],
            judged=counted_rows.get(term.judged, rows),
            rows=rows,
            mostly=term.arguments.mostly,
        )
        for term in terms
    }


def _share(*, failing: int, judged: int, rows: int, mostly: float) -> Answer:
    # Exact: 19 of 20 is 0.95, whatever a sum of floating-point numbers makes of it.
    enough = failing == 0 or Fraction(judged - failing, judged) >= Fraction(str(mostly))
    return Answer(
        passed=enough,
        failing_rows=failing,
        observed=f"{failing} van {counted(rows, 'rij', 'rijen')}",
    )


# --- rules that need a query of their own


def _judge(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    arguments: Arguments,
    columns: Mapping[str, str],
) -> Answer:
    match arguments:
        case RowCount(min_value=low, max_value=high):
            rows = _count(connection, identifier(table))
            passed = (low is None or rows >= low) and (high is None or rows <= high)
            return _whole(passed, counted(rows, "rij", "rijen"))
        case OrderedColumns(column_list=agreed):
            return _whole(list(columns) == agreed, columns_seen(agreed, list(columns)))
        case OfType(column=column, type_=kind):
            return _whole(_base(columns[column]) == kind, f"type {columns[column]}")
        case Unique(column=column):
            return _duplicates(connection, table, [column])
        case CompoundUnique(column_list=names):
            return _duplicates(connection, table, names)
        case UnexpectedRows(unexpected_rows_query=query):
            return _deviations(
                _count(connection, f"({query.replace('{batch}', identifier(table))})")
            )
    raise _NotJudgeable(f"{type(arguments).__name__} heeft geen betekenis in SQL")


def _duplicates(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> Answer:
    """All rows of a group count, not all but one: none of them can be said to be the right one."""
    names = ", ".join(map(identifier, columns))
    some = " OR ".join(f"{identifier(name)} IS NOT NULL" for name in columns)
    row = connection.execute(
        f"SELECT (SELECT count(*) FROM {identifier(table)}), coalesce(sum(size), 0)::BIGINT "
        f"FROM (SELECT count(*) AS size FROM {identifier(table)} "
        f"GROUP BY {names} HAVING count(*) > 1 AND ({some}))"
    ).fetchone()
    assert row is not None
    rows, failing = row
    return _share(failing=failing, judged=rows, rows=rows, mostly=1.0)


def _deviations(found: int, *, is_from_raw: bool = False) -> Answer:
    return Answer(
        passed=found == 0,
        failing_rows=found,
        observed=counted(found, "afwijking", "afwijkingen"),
        is_from_raw=is_from_raw,
    )


def _whole(passed: bool, observed: str) -> Answer:
    """About a table or a column as a whole: there is no number of failing rows."""
    return Answer(passed=passed, failing_rows=0 if passed else None, observed=observed)


def _unjudged(error: Exception) -> Answer:
    if isinstance(error, _NotJudgeable | from_raw.Unreadable):
        return Answer.unjudged(str(error))
    return Answer.unjudged(representable(str(error)) or "het oordeel over deze regel brak af")


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    assert row is not None
    return int(row[0])


def _base(kind: str) -> str:
    """The type without its width, as in DECIMAL(28, 6)."""
    return kind.split("(", 1)[0]
