"""For which rows a rule fails: one condition in SQL, as the tree that DuckDB parses it to.

Here belongs which rules look at one row at a time, and what they then say. Not here: what a
condition means (`rows.py`), or rules that look at several rows, at groups or at other tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import duckdb

from dronten_pipeline.contracts.expectation_types import (
    Between,
    InSet,
    NotNull,
    Null,
    Regex,
    UnexpectedRows,
    kind_of,
)
from dronten_pipeline.contracts.suites import Expectation
from dronten_pipeline.core.database import identifier, literal

#: A part of a condition as `json_serialize_sql` writes it.
Node = Mapping[str, Any]

_MOMENTS = ("DATE", "TIMESTAMP")


def condition_of(rule: Expectation, types: Mapping[str, str]) -> Node | None:
    """Where a row breaks the rule; None for a rule that is not about one row of its own table.

    Args:
        types: the types of the columns of the table, by name.
    """
    arguments = rule.arguments
    if isinstance(arguments, UnexpectedRows):
        return _where(arguments.unexpected_rows_query.replace("{batch}", "batch"))
    if any(name not in types for name in arguments.columns):
        return None
    match arguments:
        case NotNull(column=column):
            condition = f"{identifier(column)} IS NULL"
        case Null(column=column):
            condition = f"{identifier(column)} IS NOT NULL"
        case InSet(column=column, value_set=values):
            one_of = ", ".join(_constant(value, types[column]) for value in values)
            condition = f"NOT {identifier(column)} IN ({one_of})"
        case Between(column=column):
            condition = f"NOT ({' AND '.join(_inside(arguments, types[column]))})"
        case Regex(column=column, regex=regex):
            condition = f"NOT regexp_matches({identifier(column)}, {literal(regex)})"
        case _:
            return None
    return _where(f"WITH own AS (SELECT * FROM batch) SELECT 1 FROM own WHERE {condition}")


def parts_of(node: Any) -> Iterator[Node]:
    """A condition and everything within it."""
    if isinstance(node, Mapping):
        if "class" in node:
            yield node
        for part in node.values():
            yield from parts_of(part)
    elif isinstance(node, list):
        for part in node:
            yield from parts_of(part)


def text_of(node: Node) -> str:
    """The same for conditions that say the same in the same words, wherever they stand."""
    return json.dumps(_bare(node), sort_keys=True)


def _bare(node: Any) -> Any:
    if isinstance(node, Mapping):
        if node.get("class") == "COLUMN_REF":
            return node["column_names"][-1:]
        return {key: _bare(part) for key, part in node.items() if key not in _WORDING}
    return [_bare(part) for part in node] if isinstance(node, list) else node


_WORDING = frozenset(("alias", "query_location"))


def _inside(between: Between, kind: str) -> Iterator[str]:
    column = identifier(between.column)
    if between.min_value is not None:
        sign = ">" if between.strict_min else ">="
        yield f"{column} {sign} {_constant(between.min_value, kind)}"
    if between.max_value is not None:
        sign = "<" if between.strict_max else "<="
        yield f"{column} {sign} {_constant(between.max_value, kind)}"
    if kind in ("DOUBLE", "FLOAT"):
        yield f"NOT isnan({column})"


def _constant(value: bool | float | str, kind: str) -> str:
    if kind_of(value) == "texts":
        return f"{kind} {literal(value)}" if kind in _MOMENTS else literal(value)
    return str(value) if kind_of(value) == "booleans" else repr(value)


@cache
def _where(query: str) -> Node | None:
    """The condition of `SELECT columns FROM own WHERE condition`; None for any other query."""
    row = duckdb.execute(f"SELECT json_serialize_sql({literal(query)})").fetchone()
    assert row is not None
    parsed = json.loads(row[0])
    if parsed["error"] or len(parsed["statements"]) != 1:
        return None
    node = parsed["statements"][0]["node"]
    is_plain = (
        node["type"] == "SELECT_NODE"
        and node["from_table"]["type"] == "BASE_TABLE"
        and [entry["key"] for entry in node["cte_map"]["map"]] == ["own"]
        and node["from_table"]["table_name"] == "own"
        and not (node["group_expressions"] or node["having"] or node["qualify"] or node["sample"])
        # An aggregate makes one row of all; which rows a limit leaves is not theirs to say.
        and all(item["class"] in ("COLUMN_REF", "CONSTANT", "STAR") for item in node["select_list"])
        and all("LIMIT" not in modifier["type"] for modifier in node["modifiers"])
    )
    if not is_plain or any(part["class"] == "SUBQUERY" for part in parts_of(node["where_clause"])):
        return None
    where: Node | None = node["where_clause"]
    return where
